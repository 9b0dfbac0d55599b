import { checkOptions } from '@pushforward/tensor';
import {
  add,
  clipByValue,
  clone,
  customGrad,
  floor,
  type GradSaveFunc,
  mul,
  sub,
  type Tensor,
  type Tensor1D,
} from '@tensorflow/tfjs-core';
import type { ModuleConfig } from '@pushforward/tensor';
import { resolveSpline, type SplineOptions, readSpline } from './spline.js';
import { SplineTransform } from './spline-transform.js';

/** Options of {@link CircularSplineTransform}. */
export interface CircularSplineTransformOptions extends SplineOptions {
  /** Half a turn: the circle is [−bound, bound) with its ends joined. Default π, for angles in radians. */
  bound?: number;
}

/**
 * A monotone rational-quadratic spline on a circle, for angles and other periodic numbers.
 *
 * The 3K parameters are K widths, K heights and K derivatives, all raw, as for {@link RationalQuadraticSplineTransform}; the first derivative
 * holds at both ends of the interval, where the circle closes, so that the map is continuously differentiable all around. All parameters
 * 0 is the identity. The point ±bound stays in its place: turn the circle between two layers with a {@link ShiftTransform}.
 *
 * The interval is mapped onto itself, and whole turns are kept: `f(x + 2·bound·n) = f(x) + 2·bound·n` for every integer n. So the
 * map increases over the whole line, and describes the same map of the circle whichever way an angle is wrapped; the log-derivative is
 * periodic. Wrap angles into [−bound, bound) first if the base distribution is defined only there.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 3K]`. **Units**: nats.
 *
 * **Numerics**: as {@link RationalQuadraticSplineTransform} inside the interval; n turns outside, places are rounded on the scale of `2·bound·n`.
 *
 * Source: Rezende et al. 2020, "Normalizing flows on tori and spheres", section 2.1.2.
 *
 * @throws Error if `bins` is not an integer of at least 2, `bound` not positive and finite, `minWidth` or `minHeight` not above 0 and below 1 / bins,
 * `minDerivative` not between 0 and 1, or the last axis of the parameters is not 3K
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { CircularSplineTransform } from '@pushforward/bijectors';
 *
 * const circle = new CircularSplineTransform({ bins: 2, bound: 1 });
 * const { value } = circle.forwardAndLogDet(tf.tensor1d([-1, 0, 2]), tf.tensor1d([0, 0, -1, 1, 0, 0]));
 * console.log(Array.from(await value.data(), (y) => y.toFixed(2))); // [ '-1.00', '-0.76', '1.24' ]
 * ```
 */
export class CircularSplineTransform extends SplineTransform {
  static readonly type: string = 'CircularSplineTransform';
  static override fromConfig(config: ModuleConfig): CircularSplineTransform {
    return new CircularSplineTransform(readSpline(config));
  }

  constructor(options: CircularSplineTransformOptions = {}) {
    checkOptions('CircularSplineTransform', options, ['bound', 'bins', 'minWidth', 'minHeight', 'minDerivative']);
    const { bound = Math.PI, ...others } = options;
    const name = 'CircularSplineTransform';
    const shape = resolveSpline(name, bound, others);
    super({ name, parameterCount: 3 * shape.bins, shape, intoInterval: (x) => wrap(x, bound) });
  }
}

/** Takes whole turns off, with derivative 1 everywhere. */
function wrap(x: Tensor1D, bound: number): Tensor1D {
  const operation = customGrad((x: Tensor | GradSaveFunc) => {
    const turns = floor(mul(add(x as Tensor, bound), 0.5 / bound));
    // Rounding may leave a number beyond the ends.
    return {
      value: clipByValue(sub(x as Tensor, mul(turns, 2 * bound)), -bound, bound),
      gradFunc: (dy: Tensor) => clone(dy),
    };
  });
  return operation(x) as Tensor1D;
}
