import { checkOptions } from '@pushforward/tensor';
import { clipByValue } from '@tensorflow/tfjs-core';
import type { ModuleConfig } from '@pushforward/tensor';
import { resolveSpline, type SplineOptions, readSpline } from './spline.js';
import { SplineTransform } from './spline-transform.js';

/** Options of {@link RationalQuadraticSplineTransform}. */
export interface RationalQuadraticSplineTransformOptions extends SplineOptions {
  /** The spline bends the line between −bound and bound; beyond it is the identity. Default 5, which holds all but 6·10⁻⁷ of a standard normal. */
  bound?: number;
}

/**
 * A monotone spline of K rational-quadratic pieces on [−bound, bound], the identity outside.
 *
 * The 3K − 1 parameters are K widths, K heights and K − 1 derivatives, all raw. Widths are `2·bound·(minWidth + (1 − K·minWidth)·softmax(raw))`,
 * heights likewise, and add up to the knots `(xₖ, yₖ)`; the derivatives at the inner knots are `dₖ = minDerivative + softplus(raw + c)`, with c such
 * that raw 0 gives 1; at ±bound they are 1, so that the whole is continuously differentiable. All parameters 0 is the identity. In bin k, with
 * `s = (yₖ₊₁ − yₖ)/(xₖ₊₁ − xₖ)` and `t = (x − xₖ)/(xₖ₊₁ − xₖ)`:
 *
 * - `y = yₖ + (yₖ₊₁ − yₖ) · (s·t² + dₖ·t(1 − t)) / D`, with `D = s + (dₖ + dₖ₊₁ − 2s)·t(1 − t)`;
 * - `dy/dx = s² · (dₖ₊₁·t² + 2s·t(1 − t) + dₖ·(1 − t)²) / D²`.
 *
 * The inverse is the root of a quadratic, in a form in which nothing cancels.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 3K − 1]`. **Units**: nats.
 *
 * **Numerics**: defined for every finite x and raw parameter, with finite gradients. At a knot both neighbours agree in value and derivative, while
 * the gradient of the log-derivative jumps there; it is that of the bin which the knot starts. Places are rounded on the scale of the bound:
 * absolute errors are about `1e-7 · bound` times the derivative of the direction taken, which a spline may make large: up to
 * `1 / minHeight` at the middle of a bin, more between two steep knots.
 *
 * Source: Durkan et al. 2019, "Neural spline flows", section 3.1, equations 4 to 8; Gregory & Delbourgo 1982, "Piecewise rational quadratic
 * interpolation to monotonic data".
 *
 * @throws Error if `bins` is not an integer of at least 2, `bound` not positive and finite, `minWidth` or `minHeight` not above 0 and below 1 / bins,
 * `minDerivative` not between 0 and 1, or the last axis of the parameters is not 3K − 1
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { RationalQuadraticSplineTransform } from '@pushforward/bijectors';
 *
 * const spline = new RationalQuadraticSplineTransform({ bins: 2, bound: 1 });
 * // Two widths, two heights, one derivative: the left bin is low, so the middle of x comes out low.
 * const { value } = spline.forwardAndLogDet(tf.tensor1d([-2, 0, 2]), tf.tensor1d([0, 0, -1, 1, 0]));
 * console.log(Array.from(await value.data(), (y) => y.toFixed(2))); // [ '-2.00', '-0.76', '2.00' ]
 * ```
 */
export class RationalQuadraticSplineTransform extends SplineTransform {
  static readonly type: string = 'RationalQuadraticSplineTransform';
  static override fromConfig(config: ModuleConfig): RationalQuadraticSplineTransform {
    return new RationalQuadraticSplineTransform(readSpline(config));
  }

  constructor(options: RationalQuadraticSplineTransformOptions = {}) {
    checkOptions('RationalQuadraticSplineTransform', options, [
      'bound',
      'bins',
      'minWidth',
      'minHeight',
      'minDerivative',
    ]);
    const { bound = 5, ...others } = options;
    const name = 'RationalQuadraticSplineTransform';
    const shape = resolveSpline(name, bound, others);
    super({ name, parameterCount: 3 * shape.bins - 1, shape, intoInterval: (x) => clipByValue(x, -bound, bound) });
  }
}
