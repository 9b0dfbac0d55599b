import { engine, getKernel, type Tensor } from '@tensorflow/tfjs-core';
import type { AdamArrays, AdamConstants } from './contract.js';
import { adamKernel } from './wasm.js';
import { runKernel } from '../../registry/run-kernel.js';

/**
 * Whether the backend in use has a kernel for {@link adamStep}.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { hasAdamKernel } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * console.log(hasAdamKernel()); // true
 * ```
 */
export function hasAdamKernel(): boolean {
  return getKernel(adamKernel.name, engine().backendName) !== undefined;
}

/**
 * One step of Adam or Adamax over all variables by one kernel: with the gradient g clipped to the global norm,
 *
 * ```
 * first   ← decay1 · first + g
 * second  ← decay2 · second + g²              (adam)     max(decay2 · second, |g| + smoothing)   (adamax)
 * weight  ← shrink · weight − stepSize · first / (√second + smoothing)             … / second
 * average ← average + averageRate · (weight − average)
 * ```
 *
 * Every tensor that shares its numbers with no other is overwritten; do not use it again.
 *
 * Source: Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithms 1 and 2. Their moments' factors 1 − decay and the
 * corrections of their bias are left to the constants.
 *
 * @throws Error if the backend has no kernel for it
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { adamStep } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * const arrays = { weights: [tf.tensor1d([1])], first: [tf.tensor1d([0])], second: [tf.tensor1d([0])], average: [] };
 * const constants = { rule: 'adam', decay1: 0.9, decay2: 0.999, smoothing: 1e-8, stepSize: 0.1 } as const;
 * const { weights } = adamStep([tf.tensor1d([2])], arrays, constants);
 * console.log(await weights[0].array()); // about [0.9]
 * ```
 */
export function adamStep(
  gradients: readonly Tensor[],
  { weights, first, second, average }: AdamArrays,
  constants: AdamConstants,
): AdamArrays {
  const inputs: Tensor[] = [];
  for (const [i, gradient] of gradients.entries()) {
    inputs.push(gradient, weights[i], first[i], second[i]);
    if (average.length > 0) inputs.push(average[i]);
  }
  const each = average.length > 0 ? 4 : 3;
  const outputs = runKernel(adamKernel.name, inputs, constants);
  const list = (place: number) => gradients.map((_, i) => outputs[each * i + place]);
  return { weights: list(0), first: list(1), second: list(2), average: each === 4 ? list(3) : [] };
}
