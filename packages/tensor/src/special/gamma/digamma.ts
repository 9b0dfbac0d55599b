import { add, div, less, log, mul, reciprocal, scalar, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../../arguments/to-float.js';
import { where } from '../../arrays/where.js';
import { customGradient } from '../../autodiff/custom-gradient.js';
import { polynomial } from '../polynomial.js';
import { reduce } from './reduction.js';
import { trigamma } from './trigamma.js';

// The zero of ψ(1 + t), as a number of float32 and the remainder.
const ZERO = 0.4616321325302124;
const ZERO_REST = 1.24381499e-8;
// ψ(1 + t) / (t − zero) as a polynomial of t − ½ on [0, 1]: the minimax fit, 5·10⁻⁹ at worst.
const AROUND_ZERO = [
  0.951055876, -0.423627497, 0.240542535, -0.148398861, 0.0949846851, -0.0620559804, 0.0408500267, -0.0257868836,
  0.017114989, -0.0163736203, 0.0109025887,
];
// x² (log x − 1/(2x) − ψ(x)) as a polynomial of 1/x² for x from 3 on: the minimax fit, 5·10⁻⁹ at worst.
const FAR = [0.0833333279, -8.33174229e-3, 3.89351334e-3, -2.96634885e-3];

/**
 * The digamma function `ψ(x) = d/dx log Γ(x)` for x ≥ 0. The derivative is the trigamma function.
 *
 * **Shapes**: any; result that of `x`.
 *
 * **Numerics**: relative error below 5·10⁻⁷ on cpu, wasm and tensorflow, next to the zero at 1.4616 too; −∞ at 0, ∞ at ∞; NaN for negative numbers.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { digamma } from '@pushforward/tensor';
 *
 * console.log(await digamma(tf.tensor1d([0.5, 1, 5])).array()); // about [-1.96351, -0.577216, 1.50612]
 * ```
 */
export function digamma(x: Tensor): Tensor {
  const operation = customGradient(([x], save) => {
    save([x]);
    return { value: evaluate(x), gradFunc: (dy, [x]) => mul(dy, trigamma(x)) };
  });
  return tidy(() => operation(toFloat('digamma: x', x)));
}

function evaluate(x: Tensor): Tensor {
  const { isLarge, large, t, count, place } = reduce(x);
  const base = mul(sub(sub(t, ZERO), ZERO_REST), polynomial(sub(t, 0.5), AROUND_ZERO));
  const near = add(base, div(count, place));
  const inverse = reciprocal(large);
  const squared = square(inverse);
  const far = sub(sub(log(large), mul(inverse, 0.5)), mul(squared, polynomial(squared, FAR)));
  return where(less(x, 0), scalar(NaN), where(isLarge, far, near));
}
