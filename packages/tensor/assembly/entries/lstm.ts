import { LSTM, LSTM_GRADIENT } from '../threads/kernel-ids';
import { layerAt, Lstm } from '../sequence/lstm';
import { runTasks } from '../threads/pool';
import { TILE } from '../tile/tile';
import { transposeMatrix } from '../simd/transpose';

/**
 * A long short-term memory over the positions and a linear map of its last states to parameters: all of these, or with a step the values
 * and the log-determinant. What a position is fed is the position before's input, or in the sequential direction its value.
 */
export function lstm(at: usize): void {
  const lstm = changetype<Lstm>(at);
  const last = layerAt(lstm, lstm.layerCount - 1);
  for (let l: i32 = 0; l < lstm.layerCount; l++) {
    const layer = layerAt(lstm, l);
    transposeMatrix(layer.forward, layer.weights, layer.inputs, 4 * layer.width);
  }
  transposeMatrix(lstm.outputForward, lstm.outputWeights, last.width, lstm.parameterCount);
  runTasks(LSTM, at, (lstm.rows + TILE - 1) / TILE, multiplications(lstm));
}

/** The gradients of {@link lstm}: those of weights chunk by chunk. */
export function lstmGradient(at: usize, chunks: i32): void {
  runTasks(LSTM_GRADIENT, at, chunks, 2 * multiplications(changetype<Lstm>(at)));
}

/** Of numbers with weights, going forward. */
function multiplications(lstm: Lstm): f64 {
  let weights: i32 = 0;
  for (let l: i32 = 0; l < lstm.layerCount; l++) weights += 4 * layerAt(lstm, l).inputs * layerAt(lstm, l).width;
  return <f64>weights * <f64>lstm.dim * <f64>lstm.rows;
}
