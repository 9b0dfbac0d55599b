import { engine, keep, tidy } from '@tensorflow/tfjs-core';
import type { Module } from '../module/module.js';

/**
 * A new module, without the tensors that its variables took their first values from: `tf.variable(tf.zeros([2]))` leaves one behind, which is no
 * mistake of the module's. Every other tensor that its constructor leaves behind stays, for a law of memory to find.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Network } from '@pushforward/vae';
 * import { makeModule } from '@pushforward/tensor/testing';
 *
 * class Scale extends Network {
 *   readonly inputDim = 1;
 *   readonly outputDim = 1;
 *   readonly factor = tf.variable(tf.ones([1]));
 *   apply = (x: tf.Tensor) => tf.mul(x, this.factor);
 *   config = () => ({ type: 'Scale' });
 * }
 *
 * const before = tf.memory().numTensors;
 * makeModule(() => new Scale()).dispose();
 * console.log(tf.memory().numTensors - before); // 0
 * ```
 */
export function makeModule<M extends Module>(make: () => M): M {
  let module: M;
  tidy(() => {
    module = make();
    const first = new Set([...module.variables().values()].map(({ dataId }) => dataId));
    for (const tensor of engine().state.activeScope.track) if (!first.has(tensor.dataId)) keep(tensor);
  });
  return module!;
}
