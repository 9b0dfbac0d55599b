import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { Mlp } from '@pushforward/made';
import type { Layer } from './arrays.js';

/** Sets a variable to numbers in row-major order. */
export function put(variable: Variable, values: ArrayLike<number>): void {
  tidy(() => variable.assign(tensor(Float32Array.from(values), variable.shape)));
}

/** Sets weights `[inputs, outputs]` from those of each output; of the inputs those from `from` to `to − 1`. */
export function putWeights(
  variable: Variable,
  weights: readonly Float64Array[],
  from = 0,
  to = weights[0].length,
): void {
  const values: number[] = [];
  for (let i = from; i < to; i++) for (const own of weights) values.push(own[i]);
  put(variable, values);
}

/** Sets a network's layers; the inputs of the first are its own, then the context. */
export function putLayers(network: Mlp, layers: readonly Layer[]): void {
  for (const [l, { weights, bias }] of layers.entries()) {
    const isShared = l === 0 && network.contextWeights !== undefined;
    putWeights(network.weights[l], weights, 0, isShared ? network.inputDim : undefined);
    if (isShared) putWeights(network.contextWeights!, weights, network.inputDim);
    put(network.biases[l], bias);
  }
}
