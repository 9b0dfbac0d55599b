import { memory, Tensor } from '@tensorflow/tfjs-core';
import { formatShape } from '../../arguments/check.js';
import { allClose, type Tolerance } from './all-close.js';

interface MatcherResult {
  pass: boolean;
  message: () => string;
}

/** The matchers of vitest's `expect(…)` once it is extended by {@link matchers}; TypeScript is told as in the example there. */
export interface TensorMatchers {
  toBeAllClose(expected: unknown, tolerance?: Tolerance): Promise<void>;
  toLeakNoTensor(): Promise<void>;
}

/**
 * Matchers for `expect.extend` of vitest or jest:
 *
 * - `await expect(actual).toBeAllClose(expected, { rtol, atol })`: tensors (whose shapes must agree too), numbers or nested arrays;
 * - `await expect(() => …).toLeakNoTensor()`: the function, awaited, leaves as many tensors as it found; a tensor or module that it
 *   returns is disposed of first.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { matchers, type TensorMatchers } from '@pushforward/tensor/testing';
 * import { expect } from 'vitest';
 *
 * declare module 'vitest' {
 *   interface Matchers extends TensorMatchers {}
 * }
 *
 * expect.extend(matchers);
 * await expect(tf.square(tf.tensor1d([1, 2]))).toBeAllClose([1, 4], { rtol: 1e-6 });
 * await expect(() => tf.tidy(() => tf.square(tf.scalar(3)))).toLeakNoTensor();
 * ```
 */
export const matchers = {
  async toBeAllClose(actual: unknown, expected: unknown, tolerance?: Tolerance): Promise<MatcherResult> {
    if (
      actual instanceof Tensor &&
      expected instanceof Tensor &&
      formatShape(actual.shape) !== formatShape(expected.shape)
    ) {
      return {
        pass: false,
        message: () => `expected shape ${formatShape(expected.shape)}, got ${formatShape(actual.shape)}`,
      };
    }
    const difference = allClose(await flatten(actual), await flatten(expected), tolerance);
    return { pass: difference === null, message: () => difference ?? 'expected some number to differ, all agree' };
  },

  async toLeakNoTensor(action: () => unknown): Promise<MatcherResult> {
    const before = memory().numTensors;
    const result = await action();
    for (const value of Array.isArray(result) ? result : [result]) {
      if (value !== null && typeof value === 'object' && 'dispose' in value) (value as Tensor).dispose();
    }
    const leaked = memory().numTensors - before;
    return { pass: leaked === 0, message: () => `expected no leaked tensor, got ${leaked}` };
  },
};

async function flatten(value: unknown): Promise<ArrayLike<number>> {
  if (value instanceof Tensor) return value.data();
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flat(Infinity);
  if (ArrayBuffer.isView(value)) return value as Float32Array;
  throw new Error(`toBeAllClose: values must be tensors, numbers or arrays, got ${String(value)}`);
}
