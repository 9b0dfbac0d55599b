import { add, mul, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { foldIn } from '../random/key.js';
import { normal } from '../random/random.js';
import type { Key } from '../random/threefry.js';

/** A tensor's numbers outside the backend, so that nothing has to be disposed of between two laws. */
export interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/**
 * The float32 tensor of some {@link Values}.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { toTensor } from '@pushforward/tensor/testing';
 *
 * console.log(await toTensor({ data: [1, 2], shape: [1, 2] }).array()); // [[1, 2]]
 * ```
 */
export function toTensor({ data, shape }: Values): Tensor {
  return tensor(Float32Array.from(data), [...shape], 'float32');
}

/**
 * Computes some tensors and reads them back, leaving none behind.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { readValues } from '@pushforward/tensor/testing';
 *
 * const [sum] = await readValues(() => [tf.sum(tf.ones([3]))]);
 * console.log(sum.data[0], sum.shape); // 3 []
 * ```
 */
export async function readValues(run: () => readonly Tensor[]): Promise<Values[]> {
  const results = tidy(() => [...run()]);
  const values = await Promise.all(
    results.map(async (result) => ({ data: await result.data(), shape: [...result.shape] })),
  );
  for (const result of results) result.dispose();
  return values;
}

/**
 * Independent standard normal numbers.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { key } from '@pushforward/tensor';
 * import { normalValues } from '@pushforward/tensor/testing';
 *
 * console.log((await normalValues(key(0), [4, 2])).data.length); // 8
 * ```
 */
export async function normalValues(key: Key, shape: readonly number[]): Promise<Values> {
  const [values] = await readValues(() => [normal(key, shape)]);
  return values;
}

/**
 * Adds normal noise of a standard deviation to variables: what is zero or symmetric at the start would hide mistakes.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { key } from '@pushforward/tensor';
 * import { addNoise } from '@pushforward/tensor/testing';
 *
 * const weights = tf.variable(tf.zeros([2]));
 * addNoise([weights], key(0), 0.3);
 * console.log((await weights.data()).every((weight) => weight !== 0)); // true
 * ```
 */
export function addNoise(variables: readonly Variable[], key: Key, deviation: number): void {
  for (const [i, variable] of variables.entries()) {
    tidy(() => variable.assign(add(variable, mul(normal(foldIn(key, i), variable.shape), deviation))));
  }
}
