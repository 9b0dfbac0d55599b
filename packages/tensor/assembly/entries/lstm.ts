import { LSTM, LSTM_GRADIENT } from '../threads/task-ids';
import { layerAt, Lstm } from '../sequence/lstm';
import { runParts } from '../threads/pool';
import { TILE } from '../tile/tile';
import { transposeMatrix } from '../simd/transpose';

/**
 * A long short-term memory over the ranks and a linear map of its last states to parameters: all of these, or with a step the values
 * and the log-determinant. What a rank is fed is the rank before's input, or in the sequential direction its value.
 */
export function lstm(at: usize): void {
  const lstm = changetype<Lstm>(at);
  const last = layerAt(lstm, lstm.layerCount - 1);
  for (let l: i32 = 0; l < lstm.layerCount; l++) {
    const layer = layerAt(lstm, l);
    transposeMatrix(layer.forward, layer.weights, layer.inputs, 4 * layer.width);
  }
  transposeMatrix(lstm.outputForward, lstm.outputWeights, last.width, lstm.parameterCount);
  runParts(LSTM, at, (lstm.rows + TILE - 1) / TILE, multiplications(lstm));
}

/** Adds the gradients of chunk `part` of the events to its place, and writes those of what each event has of its own. */
export function lstmGradient(at: usize, chunks: i32): void {
  runParts(LSTM_GRADIENT, at, chunks, 2 * multiplications(changetype<Lstm>(at)));
}

/** Of numbers with weights, going forward. */
function multiplications(lstm: Lstm): f64 {
  let weights: i32 = 0;
  for (let l: i32 = 0; l < lstm.layerCount; l++) weights += 4 * layerAt(lstm, l).inputs * layerAt(lstm, l).width;
  return <f64>weights * <f64>lstm.dim * <f64>lstm.rows;
}
