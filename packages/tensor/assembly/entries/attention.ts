import { ATTENTION, ATTENTION_GRADIENT } from '../threads/kernel-ids';
import { Attention, BlockOperand, ofBlock, operand, SharedOperand, transposedOf } from '../sequence/attention';
import { runTasks } from '../threads/pool';
import { TILE } from '../tile/tile';
import { transposeMatrix } from '../simd/transpose';

/** All parameters, or with a step the values and the log-determinant. A position is fed the input before it, or in the sequential direction the value. */
export function attention(at: usize): void {
  const attention = changetype<Attention>(at);
  const width = attention.width;
  const mlp = attention.mlp;
  for (let b: i32 = 0; b < attention.blocks; b++) {
    transpose(attention, ofBlock(b, BlockOperand.AttentionWeights), width, 3 * width);
    transpose(attention, ofBlock(b, BlockOperand.MixWeights), width, width);
    transpose(attention, ofBlock(b, BlockOperand.InnerWeights), width, mlp);
    transpose(attention, ofBlock(b, BlockOperand.OuterWeights), mlp, width);
  }
  transpose(attention, SharedOperand.OutputWeights, width, attention.parameterCount);
  runTasks(ATTENTION, at, (attention.rows + TILE - 1) / TILE, multiplications(attention));
}

/** The gradients of `attention`: those of weights chunk by chunk. */
export function attentionGradient(at: usize, chunks: i32): void {
  const attention = changetype<Attention>(at);
  for (let b: i32 = 0; b < attention.blocks; b++) transpose(attention, ofBlock(b, BlockOperand.InnerWeights), attention.width, attention.mlp);
  runTasks(ATTENTION_GRADIENT, at, chunks, 2 * multiplications(attention));
}

/** Of numbers with weights, going forward. */
function multiplications(attention: Attention): f64 {
  const weights = attention.blocks * attention.width * (4 * attention.width + 2 * attention.mlp);
  return <f64>weights * <f64>attention.dim * <f64>attention.rows;
}

/** Makes the matrix of an operand by column. */
function transpose(attention: Attention, index: i32, rows: i32, columns: i32): void {
  transposeMatrix(transposedOf(attention, index), operand(attention, index), rows, columns);
}
