import { elu, leakyRelu, mul, relu, sigmoid, type Tensor, tanh, tidy } from '@tensorflow/tfjs-core';
import { softplus } from '../special/softplus.js';
import { toFloat } from '../arguments/to-float.js';

/** The name of a hidden unit's nonlinearity. */
export type Activation = 'relu' | 'leakyRelu' | 'elu' | 'silu' | 'softplus' | 'tanh';

const ACTIVATIONS: Record<Activation, (x: Tensor) => Tensor> = {
  relu,
  leakyRelu: (x: Tensor) => leakyRelu(x, 0.01),
  elu,
  silu: (x: Tensor) => tidy(() => mul(x, sigmoid(x))),
  softplus,
  tanh,
};

/**
 * The nonlinearities that every `activation` option knows.
 *
 * @example
 * ```ts
 * import { activations } from '@pushforward/tensor';
 *
 * console.log(activations.join(' ')); // relu leakyRelu elu silu softplus tanh
 * ```
 */
export const activations = Object.keys(ACTIVATIONS) as readonly Activation[];

/**
 * A hidden unit's nonlinearity, applied to every number.
 *
 * - `relu`: max(0, x)
 * - `leakyRelu`: max(0.01 x, x)
 * - `elu`: x for x > 0, else eˣ − 1
 * - `silu`: x / (1 + e⁻ˣ)
 * - `softplus`: log(1 + eˣ)
 * - `tanh`
 *
 * @throws Error if the name is not one of {@link activations}
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { activate } from '@pushforward/tensor';
 *
 * console.log([...(await activate('relu', tf.tensor1d([-1, 2])).data())]); // [ 0, 2 ]
 * ```
 */
export function activate(name: Activation, x: Tensor): Tensor {
  if (!Object.hasOwn(ACTIVATIONS, name))
    throw new Error(`activate: name must be one of ${activations.join(', ')}, got ${String(name)}`);
  return tidy(() => ACTIVATIONS[name](toFloat('activate: x', x)));
}
