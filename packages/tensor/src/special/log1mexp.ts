import { exp, less, log, neg, scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { expm1 } from './expm1.js';
import { log1p } from './log1p.js';
import { where } from '../arrays/where.js';

/**
 * `log(1 − e⁻ˣ)` for x ≥ 0, by the form that keeps its digits: `log(−expm1(−x))` below log 2, `log1p(−e⁻ˣ)` from there on, where the first
 * would round to 0 from x = 17 on.
 *
 * **Shapes**: any; the result has that of x. **Numerics**: −∞ at 0, NaN below it.
 *
 * Source: Mächler 2012, "Accurately computing log(1 − exp(−|a|))", equation 7.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { log1mexp } from '@pushforward/tensor';
 *
 * console.log(await log1mexp(tf.tensor1d([1e-6, 1, 30])).array()); // about [-13.8155, -0.458675, -9.35762e-14]
 * ```
 */
export function log1mexp(x: Tensor): Tensor {
  return tidy(() => {
    // Each form is given numbers of its own side only, so that no gradient of the side not taken is infinite.
    const isLow = less(x, Math.LN2);
    const low = where(isLow, x, scalar(Math.LN2));
    const high = where(isLow, scalar(Math.LN2), x);
    return where(isLow, log(neg(expm1(neg(low)))), log1p(neg(exp(neg(high)))));
  });
}
