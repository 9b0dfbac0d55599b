import { add, greaterEqual, log, mul, reciprocal, scalar, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../../arguments/to-float.js';
import { where } from '../../arrays/where.js';
import { polynomial } from '../polynomial.js';
import { digamma } from './digamma.js';
import { lgamma } from './lgamma.js';
import { LARGE } from './reduction.js';

// (2⁻²ᵏ − 1) B₂ₖ / (k (2k − 1)) for k = 1, 2, …: from x = 3 on the first term left out is below 10⁻⁸.
const SERIES = [-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432, 691 / 180224, -5461 / 425984];
const DERIVATIVE = SERIES.map((coefficient, i) => -(2 * i + 1) * coefficient);

/**
 * `log Γ(x + ½) − log Γ(x) − ½ log x` for x > 0, which falls to 0 as x grows, while its terms do not: by the asymptotic series
 * `Σ (2⁻²ᵏ − 1) B₂ₖ / (k (2k − 1)) x¹⁻²ᵏ` from 3 on. It is what the normaliser of Student's t distribution has beside the normal one.
 *
 * **Shapes**: any; result that of `x`, in nats.
 *
 * **Numerics**: absolute error below 5·10⁻⁷, relative below 10⁻⁶ from 3 on.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { lgammaHalfStep } from '@pushforward/tensor/kernels';
 *
 * console.log(await lgammaHalfStep(tf.tensor1d([0.5, 1e6])).array()); // about [-0.225791, -1.25e-7]
 * ```
 */
export function lgammaHalfStep(x: Tensor): Tensor {
  return tidy(() => {
    const { isLarge, large, small } = sides(toFloat('lgammaHalfStep: x', x));
    const near = sub(sub(lgamma(add(small, 0.5)), lgamma(small)), mul(log(small), 0.5));
    const inverse = reciprocal(large);
    return where(isLarge, mul(inverse, polynomial(square(inverse), SERIES)), near);
  });
}

/**
 * `ψ(x + ½) − ψ(x)` for x > 0, with ψ the digamma function: by the derivative of the series of {@link lgammaHalfStep} from 3 on, where the difference
 * would lose its digits.
 *
 * **Shapes**: any; result that of `x`.
 *
 * **Numerics**: relative error below 10⁻⁶.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { digammaHalfStep } from '@pushforward/tensor/kernels';
 *
 * console.log(await digammaHalfStep(tf.tensor1d([0.5, 1e6])).array()); // about [1.38629, 5e-7]
 * ```
 */
export function digammaHalfStep(x: Tensor): Tensor {
  return tidy(() => {
    const { isLarge, large, small } = sides(toFloat('digammaHalfStep: x', x));
    const near = sub(digamma(add(small, 0.5)), digamma(small));
    const inverse = reciprocal(large);
    const squared = square(inverse);
    return where(isLarge, add(mul(inverse, 0.5), mul(squared, polynomial(squared, DERIVATIVE))), near);
  });
}

/** x on its own side of {@link LARGE}, and a number of the other side's range there. */
function sides(x: Tensor): { isLarge: Tensor; large: Tensor; small: Tensor } {
  const isLarge = greaterEqual(x, LARGE);
  return { isLarge, large: where(isLarge, x, scalar(LARGE)), small: where(isLarge, scalar(1), x) };
}
