import { getBackend } from '@tensorflow/tfjs-core';

/**
 * The bound below which the backend in use may take numbers for 0: on cpu and wasm nothing but 0, elsewhere numbers below the normal range of float32, which
 * TensorFlow's threads and GPUs flush. Made to be the absolute tolerance of a test that pins numbers to their last digit.
 */
export function flushedBelow(): number {
  return ['cpu', 'wasm'].includes(getBackend()) ? 0 : 2 ** -126;
}
