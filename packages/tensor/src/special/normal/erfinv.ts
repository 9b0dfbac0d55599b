import { add, clipByValue, div, exp, log, mul, neg, relu, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { customGradient } from '../../autodiff/custom-gradient.js';
import { polynomial } from '../polynomial.js';
import { toFloat } from '../../arguments/to-float.js';

// erfinv(x) / x as a rational function of w = −log(1 − x²): the minimax fit for w up to 16.1, 1.4·10⁻⁸ at worst; the float32 next
// to 1 has w = 15.9.
const NUMERATOR = [8.86226938e-1, 3.06696013e-1, 5.96292796e-2, 7.77098893e-3, 6.44244871e-4, 2.42361934e-5];
const DENOMINATOR = [1, 8.42703934e-2, 3.21887418e-2, 1.88112712e-3, 1.79241193e-4, 1.28508874e-6];
const LARGEST = 16.1;

/**
 * The inverse of the error function: `erf(erfinv(x)) = x`. The derivative is `√π/2 e^(erfinv(x)²)`.
 *
 * `√2 erfinv(2p − 1)` is the quantile function of the standard normal distribution.
 *
 * **Shapes**: any; result that of `x`.
 *
 * **Numerics**: relative error below 5·10⁻⁷ for |x| < 1, of the derivative below 10⁻⁵; ±∞ at ±1, NaN beyond.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { erfinv } from '@pushforward/tensor';
 *
 * console.log((await erfinv(tf.scalar(0.5)).data())[0].toFixed(6)); // 0.476936
 * ```
 */
export function erfinv(x: Tensor): Tensor {
  const operation = customGradient(([x], save) => {
    const y = evaluate(x);
    save([y]);
    return { value: y, gradFunc: (dy, [y]) => mul(dy, mul(exp(square(y)), Math.sqrt(Math.PI) / 2)) };
  });
  return tidy(() => operation(toFloat('erfinv: x', x)));
}

function evaluate(x: Tensor): Tensor {
  const w = neg(log(mul(sub(1, x), add(x, 1))));
  const inside = clipByValue(w, 0, LARGEST);
  const ratio = div(polynomial(inside, NUMERATOR), polynomial(inside, DENOMINATOR));
  // 0 for |x| < 1, infinite at ±1, NaN beyond: the clipping had hidden these.
  const outside = relu(sub(w, LARGEST));
  return mul(x, add(ratio, outside));
}
