import {
  abs,
  add,
  exp,
  greaterEqual,
  log,
  mul,
  neg,
  reciprocal,
  square,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { where } from '../../arrays/where.js';
import { withGradient } from '../../autodiff/with-gradient.js';
import { HALF_LOG_TWO_PI } from './half-log-two-pi.js';
import { log1p } from '../log1p.js';
import { polynomial } from '../polynomial.js';

// M(x) / t as a polynomial in t = 1 / (1 + 0.32 x), which takes all x from 0 to ∞ into [0, 1]: a fit of the relative error at Chebyshev's
// points, 6·10⁻⁸ at worst.
const STRETCH = 0.32;
const COEFFICIENTS = [
  0.32, 0.31999594, 0.287377482, 0.21956442, 0.149894682, -0.0314180769, 0.176637736, -0.380024135, 0.24548718,
  -0.054201155,
];

/**
 * The logarithm of the Mills ratio of the standard normal distribution, `log((1 − Φ(x)) / φ(x))`: by how much the logarithms of its upper
 * tail and of its density differ. The derivative is `x − φ(x) / (1 − Φ(x))`.
 *
 * `φ(x) / Φ(x)` is `exp(−logMillsRatio(−x))`.
 *
 * **Shapes**: any; result that of `x`.
 *
 * **Numerics**: error below 5·10⁻⁷, absolute or relative, whichever allows more, for |x| up to 10¹⁹; −∞ at ∞ and ∞ at −∞.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { logMillsRatio } from '@pushforward/tensor';
 *
 * // Near −log x for large x.
 * console.log(await logMillsRatio(tf.tensor1d([0, 1000])).array()); // about [0.225791, -6.907756]
 * ```
 */
export function logMillsRatio(x: Tensor): Tensor {
  return withGradient(
    'logMillsRatio: x',
    x,
    (x) => {
      const { logDensity, logRatio } = upperTail(abs(x));
      // Below 0 the tail is 1 minus the one beyond −x.
      const body = sub(log1p(neg(exp(add(logDensity, logRatio)))), logDensity);
      return where(greaterEqual(x, 0), logRatio, body);
    },
    (dy, x) => mul(dy, sub(x, exp(neg(logMillsRatio(x))))),
  );
}

/** `log φ(x)` and `log((1 − Φ(x)) / φ(x))` for x ≥ 0, without a gradient of their own. */
export function upperTail(x: Tensor): { logDensity: Tensor; logRatio: Tensor } {
  const t = reciprocal(add(mul(x, STRETCH), 1));
  return {
    logDensity: sub(mul(square(x), -0.5), HALF_LOG_TWO_PI),
    logRatio: log(mul(t, polynomial(t, COEFFICIENTS))),
  };
}
