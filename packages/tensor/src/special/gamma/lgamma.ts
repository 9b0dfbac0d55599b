import { add, div, log, mul, reciprocal, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../../arguments/to-float.js';
import { where } from '../../arrays/where.js';
import { customGradient } from '../../autodiff/custom-gradient.js';
import { polynomial } from '../polynomial.js';
import { digamma } from './digamma.js';
import { reduce } from './reduction.js';

// log Γ(1 + t) / (t (t − 1)) as a polynomial of t − ½ on [0, 1]: the minimax fit, 2.5·10⁻⁹ at worst. The zeros of log Γ, at 1 and 2, are the
// two factors', which are exact.
const BETWEEN_ZEROS = [
  0.483128952, -0.145959897, 0.0629110539, -0.0313082732, 0.0168080977, -9.43241148e-3, 5.32599199e-3, -3.13773641e-3,
  2.44674466e-3, -1.48748434e-3,
];
// Binet's function times x as a polynomial of 1/x² for x from 3 on: the minimax fit, 6.4·10⁻¹⁰ at worst.
const BINET = [0.0833333327, -2.77758622e-3, 7.84718413e-4, -4.54428318e-4];
const CONSTANT = 0.5 * Math.log(2 * Math.PI) - 0.5;

/**
 * The logarithm of the gamma function, `log Γ(x)`, for x ≥ 0. The derivative is {@link digamma}.
 *
 * **Shapes**: any; result that of `x`.
 *
 * **Numerics**: relative error below 5·10⁻⁷ on cpu, wasm and tensorflow, next to the zeros at 1 and 2 too; ∞ at 0, where it overflows
 * and at ∞; NaN for negative numbers.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { lgamma } from '@pushforward/tensor';
 *
 * console.log(await lgamma(tf.tensor1d([0.5, 1, 5])).array()); // about [0.572365, 0, 3.17805]
 * ```
 */
export function lgamma(x: Tensor): Tensor {
  const operation = customGradient(([x], save) => {
    save([x]);
    return { value: evaluate(x), gradFunc: (dy, [x]) => mul(dy, digamma(x)) };
  });
  return tidy(() => operation(toFloat('lgamma: x', x)));
}

function evaluate(x: Tensor): Tensor {
  const { isLarge, large, t, count, place } = reduce(x);
  const base = mul(mul(t, sub(t, 1)), polynomial(sub(t, 0.5), BETWEEN_ZEROS));
  const near = add(base, mul(count, log(place)));
  // Stirling's formula with x − ½ taken out, so that no two terms cancel.
  const stirling = add(mul(sub(large, 0.5), sub(log(large), 1)), CONSTANT);
  const far = add(stirling, div(polynomial(square(reciprocal(large)), BINET), large));
  return where(isLarge, far, near);
}
