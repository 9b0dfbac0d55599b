import { add, concat, exp, log, reshape, slice, softmax, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkOptions, checkInteger, checkNumber, log1mexp, type ModuleConfig, readConfig } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../../contract/elementwise-transform.js';
import { toRows } from '../../numerics/rows.js';
import { softclip } from '../../numerics/softclip.js';
import { RationalQuadraticSplineTransform } from './rational-quadratic-spline.js';

/** Options of {@link SoftclipSplineTransform}. */
export interface SoftclipSplineTransformOptions {
  /** K, the number of bins, at least 2. Default 8. */
  bins?: number;
  /** The spline bends the line between −bound and bound; beyond it is the identity. Default 5. */
  bound?: number;
  /** The smallest derivative at a knot, above 0 and below 1; the largest is one over it, and so is the largest ratio of two bins' widths or heights. Default 0.001. */
  slope?: number;
}

/**
 * The monotone spline of {@link RationalQuadraticSplineTransform} with other raw parameters: those of zuko's neural spline flows, for models that come from there.
 *
 * The 3K − 1 parameters are K widths, K heights and K − 1 derivatives. With `clip(r, limit) = r / (1 + |r| / limit)` and `limit = |log slope|`, widths are
 * `2·bound·softmax(clip(r, limit / 2))`, heights likewise, and the derivatives at the inner knots are `exp(clip(r, limit))`; at ±bound they are 1. All parameters 0 is the identity.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 3K − 1]`. **Units**: nats.
 *
 * **Numerics**: as {@link RationalQuadraticSplineTransform}, whose parameters are computed from these.
 *
 * Source: Durkan et al. 2019, "Neural spline flows", section 3.1, for the spline; the parameters are those of zuko's `MonotonicRQSTransform`.
 *
 * @throws Error if `bins` is not an integer of at least 2, `bound` not positive and finite, `slope` not between 0 and 1, or the last axis of the parameters is not 3K − 1
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { SoftclipSplineTransform } from '@pushforward/bijectors';
 *
 * const spline = new SoftclipSplineTransform({ bins: 2, bound: 1 });
 * const { value } = spline.forwardAndLogDet(tf.tensor1d([-2, 0, 2]), tf.tensor1d([0, 0, -1, 1, 0]));
 * console.log(Array.from(await value.data(), (y) => y.toFixed(2))); // [ '-2.00', '-0.65', '2.00' ]
 * ```
 */
export class SoftclipSplineTransform extends ElementwiseTransform {
  static readonly type: string = 'SoftclipSplineTransform';
  static override fromConfig(config: ModuleConfig): SoftclipSplineTransform {
    return new SoftclipSplineTransform(readConfig(config, { bins: 'number?', bound: 'number?', slope: 'number?' }));
  }

  readonly parameterCount: number;
  readonly identityParameters: readonly number[];
  readonly bins: number;
  readonly bound: number;
  readonly slope: number;
  readonly #spline: RationalQuadraticSplineTransform;
  /** Of the spline inside; below every share and derivative that these parameters reach. */
  readonly #minShare: number;
  readonly #minDerivative: number;

  constructor(options: SoftclipSplineTransformOptions = {}) {
    super();
    checkOptions('SoftclipSplineTransform', options, ['bins', 'bound', 'slope']);
    const { bins = 8, bound = 5, slope = 1e-3 } = options;
    checkInteger('SoftclipSplineTransform: bins', bins, 2);
    checkNumber('SoftclipSplineTransform: bound', bound, { above: 0 });
    checkNumber('SoftclipSplineTransform: slope', slope, { above: 0, below: 1 });
    this.bins = bins;
    this.bound = bound;
    this.slope = slope;
    this.parameterCount = 3 * bins - 1;
    this.identityParameters = Array.from({ length: this.parameterCount }, () => 0);
    // One bin as narrow as it can be, all others as wide as they can.
    this.#minShare = slope / (slope + bins - 1) / 2;
    this.#minDerivative = slope / 2;
    const [minWidth, minHeight] = [this.#minShare, this.#minShare];
    this.#spline = new RationalQuadraticSplineTransform({
      bins,
      bound,
      minWidth,
      minHeight,
      minDerivative: this.#minDerivative,
    });
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return this.#apply('forwardAndLogDet', x, parameters);
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return this.#apply('inverseAndLogDet', y, parameters);
  }

  override config(): ModuleConfig {
    return { type: SoftclipSplineTransform.type, bins: this.bins, bound: this.bound, slope: this.slope };
  }

  #apply(direction: 'forwardAndLogDet' | 'inverseAndLogDet', input: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const rows = toRows('SoftclipSplineTransform', input, parameters, this.parameterCount);
      const { value, logDet } = this.#spline[direction](rows.x, this.#ofSpline(rows.parameters));
      return { value: reshape(value, input.shape), logDet: reshape(logDet, input.shape) };
    });
  }

  /** The parameters with which the spline inside is the same map. */
  #ofSpline(raw: Tensor): Tensor {
    const { bins } = this;
    const [count] = raw.shape;
    const limit = -Math.log(this.slope);
    const sizes = softclip(reshape(slice(raw, [0, 0], [count, 2 * bins]), [count, 2, bins]), limit / 2);
    // Of the shares s, softmax's inverse: min + (1 − K·min)·softmax(log(s − min)) = s.
    const shares = log(sub(softmax(sizes), this.#minShare));
    const derivatives = exp(softclip(slice(raw, [0, 2 * bins], [count, bins - 1]), limit));
    // Of the softplus v, its inverse: v + log(1 − e⁻ᵛ).
    const soft = sub(derivatives, this.#minDerivative);
    const offset = Math.log(Math.expm1(1 - this.#minDerivative));
    return concat([reshape(shares, [count, 2 * bins]), sub(add(soft, log1mexp(soft)), offset)], 1);
  }
}
