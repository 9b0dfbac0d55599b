import { abs, add, exp, less, mul, neg, type Tensor } from '@tensorflow/tfjs-core';
import { where } from '../../arrays/where.js';
import { withGradient } from '../../autodiff/with-gradient.js';
import { log1p } from '../log1p.js';
import { logMillsRatio, upperTail } from './log-mills-ratio.js';

/**
 * `log Φ(x)`, the logarithm of the cumulative distribution function of the standard normal distribution. The derivative is `φ(x) / Φ(x)`.
 *
 * That of the upper tail, `log(1 − Φ(x))`, is `logNormalCdf(−x)`.
 *
 * **Shapes**: any; result that of `x`, in nats.
 *
 * **Numerics**: error below 10⁻⁶, absolute or relative, whichever allows more, for |x| up to 10¹⁹, where Φ itself is 0 from −14 on; the
 * derivative likewise. −∞ at −∞, 0 at ∞.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { logNormalCdf } from '@pushforward/tensor';
 *
 * console.log(await logNormalCdf(tf.tensor1d([-100, 0, 5])).array()); // about [-5005.52, -0.693147, -2.86652e-7]
 * ```
 */
export function logNormalCdf(x: Tensor): Tensor {
  return withGradient(
    'logNormalCdf: x',
    x,
    (x) => {
      const { logDensity, logRatio } = upperTail(abs(x));
      const tail = add(logDensity, logRatio);
      return where(less(x, 0), tail, log1p(neg(exp(tail))));
    },
    (dy, x) => mul(dy, exp(neg(logMillsRatio(neg(x))))),
  );
}
