import { add, div, exp, greater, isFinite, mul, neg, reciprocal, sqrt, sub, type Tensor } from '@tensorflow/tfjs-core';
import { where } from '../../arrays/where.js';
import { withGradient } from '../../autodiff/with-gradient.js';
import { log1mexp } from '../log1mexp.js';
import { logMillsRatio, upperTail } from './log-mills-ratio.js';
import { polynomial } from '../polynomial.js';

// −x = w − N(1/w) / D(1/w) with w = √(−2 log Φ(x)) to within 4.5·10⁻⁴ for x ≤ 0: Hastings' approximation, its fraction written in 1/w.
const NUMERATOR = [0, 0.010328, 0.802853, 2.515517];
const DENOMINATOR = [0.001308, 0.189269, 1.432788, 1];

/**
 * The inverse of `logNormalCdf`: the x with `log Φ(x) = p`, the quantile of the standard normal distribution for a probability that is given
 * by its logarithm. The derivative is `Φ(x) / φ(x)`.
 *
 * Hastings' approximation, and from there one step of Newton's method on log Φ, which is so straight that the step squares the error of 4.5·10⁻⁴.
 *
 * **Shapes**: any; result that of `p`.
 *
 * **Numerics**: error below 10⁻⁶, absolute or relative, whichever allows more, for p from −10³⁷ to −10⁻³⁰; −∞ at −∞, ∞ at 0, NaN above.
 *
 * Source: Abramowitz & Stegun 1964, "Handbook of mathematical functions", formula 26.2.23.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { inverseLogNormalCdf } from '@pushforward/tensor';
 *
 * console.log(await inverseLogNormalCdf(tf.tensor1d([-5005.5242, Math.log(0.5)])).array()); // about [-100, 0]
 * ```
 */
export function inverseLogNormalCdf(p: Tensor): Tensor {
  return withGradient('inverseLogNormalCdf: p', p, evaluate, (dy, p) =>
    mul(dy, exp(logMillsRatio(neg(inverseLogNormalCdf(p))))),
  );
}

function evaluate(p: Tensor): Tensor {
  const isUpper = greater(p, Math.log(0.5));
  const tail = where(isUpper, log1mexp(neg(p)), p);
  // The size of x: the quantile of the smaller tail is −x.
  const w = sqrt(mul(tail, -2));
  const inverse = reciprocal(w);
  const start = sub(w, div(polynomial(inverse, NUMERATOR), polynomial(inverse, DENOMINATOR)));
  const { logDensity, logRatio } = upperTail(start);
  const size = add(start, mul(sub(add(logDensity, logRatio), tail), exp(logRatio)));
  const x = where(isUpper, size, neg(size));
  return where(isFinite(tail), x, where(isUpper, neg(tail), tail));
}
