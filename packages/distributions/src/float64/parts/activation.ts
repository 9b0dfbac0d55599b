import type { Activation } from '@pushforward/tensor';
import { softplus } from '../contract/math.js';

/** A hidden unit's nonlinearity: `activate` of `@pushforward/tensor` in float64. */
export const activationFormulas: Readonly<Record<Activation, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x) => (x > 0 ? x : 0.01 * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  softplus,
  tanh: Math.tanh,
};
