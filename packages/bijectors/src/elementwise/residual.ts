import {
  add,
  exp,
  maximum,
  minimum,
  mul,
  neg,
  reshape,
  sigmoid,
  slice,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import {
  type BuildModule,
  checkInstance,
  logSigmoid,
  type ModuleConfig,
  softBound,
  softplus,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { AffineTransform } from './affine/affine.js';
import { GateTransform } from './affine/gate.js';
import { implicitRoot } from '../numerics/implicit-root.js';
import type { ValueAndDerivative } from '../numerics/increasing-root.js';
import { toRows } from '../numerics/rows.js';
import { ShiftTransform } from './affine/shift.js';
import { SoftplusAffineTransform } from './affine/softplus-affine.js';

/** The bound of the skip connection's logit: its weight stays between 0.0009 and 0.9991. */
const BOUND = 7;

/** Families of lines, which a skip connection turns into lines again. */
const LINES = [AffineTransform, GateTransform, ShiftTransform, SoftplusAffineTransform];

/**
 * A skip connection around another transform T, `y = w·x + (1 − w)·T(x)` with `w = sigmoid(7·tanh(raw / 7))`: what a layer adds to its input, in a form
 * that stays invertible.
 *
 * Its parameters are those of T and, last, the raw number of w. All of them come from the conditioner, so an {@link Autoregressive} layer with this
 * transform is a residual layer whose Jacobian has the same triangular shape, and w is trained for each dimension, and depends on the dimensions
 * before it. As T is increasing and w between 0 and 1, `dy/dx = w + (1 − w)·T′(x)` is a sum of positive terms, and
 *
 * `log |det| = Σᵢ log(wᵢ + (1 − wᵢ)·T′ᵢ(xᵢ))`.
 *
 * The inverse: where T is a line (shift, affine, softplus affine, gate), so is y, and x follows from its slope and its offset. Elsewhere the root lies
 * between y and T⁻¹(y): at the smaller of the two both x and T(x) are at most y, and so is what lies between them; at the larger
 * both are at least y. It is found by Newton's method with bisections, and its gradient is that of the implicit function: exact, and
 * independent of the steps taken.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., P + 1]` for a T of P parameters. **Units**: nats.
 *
 * **Numerics**: dy/dx is at least w, and so at least 0.0009; the logarithm of the sum is taken without overflow.
 *
 * **Cost**: the forward direction is that of T; the inverse costs as much where T is a line, about 32 times as much elsewhere. So make a density
 * estimator over a spline as `new Invert(new Autoregressive(conditioner, transform, 'forward'))`: both its parallel pass and its transform are cheap.
 *
 * Source: the residual connection of He et al. 2016, "Deep residual learning for image recognition", as a convex combination of increasing maps.
 *
 * @throws Error if the last axis of the parameters is not P + 1
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Autoregressive, RationalQuadraticSplineTransform, ResidualTransform } from '@pushforward/bijectors';
 * import { Made } from '@pushforward/made';
 *
 * const transform = new ResidualTransform(new RationalQuadraticSplineTransform({ bins: 4 }));
 * const conditioner = new Made({ dim: 3, parameterCount: transform.parameterCount, hidden: [16], seed: 0 });
 * const flow = new Autoregressive(conditioner, transform, 'forward');
 * console.log(flow.forward(tf.zeros([5, 3])).shape); // [ 5, 3 ]
 * ```
 */
export class ResidualTransform extends ElementwiseTransform {
  static readonly type: string = 'ResidualTransform';
  static override fromConfig(config: ModuleConfig, build: BuildModule): ResidualTransform {
    return new ResidualTransform(build(config.inner, ElementwiseTransform));
  }

  readonly parameterCount: number;
  readonly identityParameters: readonly number[];

  /** @param inner T */
  constructor(readonly inner: ElementwiseTransform) {
    super();
    checkInstance('ResidualTransform: inner', inner, ElementwiseTransform, 'an elementwise transform');
    this.parameterCount = inner.parameterCount + 1;
    this.identityParameters = [...inner.identityParameters, 0];
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: rows, own } = this.#read(x, parameters);
      const { value, logDet } = this.#mix(rows, own);
      return { value: reshape(value, x.shape), logDet: reshape(logDet, x.shape) };
    });
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: rows, own } = this.#read(y, parameters);
      const value = LINES.some((line) => this.inner instanceof line)
        ? this.#invertLine(rows, own)
        : this.#solve(rows, own);
      // With x as a function of y and the parameters, the tape finds all of the gradient.
      const { logDet } = this.#mix(value, own);
      return { value: reshape(value, y.shape), logDet: reshape(neg(logDet), y.shape) };
    });
  }

  override config(): ModuleConfig {
    return { type: ResidualTransform.type, inner: this.inner.config() };
  }

  #read(x: Tensor, parameters: Tensor): { x: Tensor1D; own: Own } {
    const rows = toRows('ResidualTransform', x, parameters, this.parameterCount);
    const { size } = rows.x;
    const count = this.inner.parameterCount;
    const raw = reshape(slice(rows.parameters, [0, count], [size, 1]), [size]);
    return { x: rows.x, own: [slice(rows.parameters, [0, 0], [size, count]), softBound(raw, BOUND)] };
  }

  #mix(x: Tensor, [inner, logit]: Own): ValueAndLogDet {
    const mapped = this.inner.forwardAndLogDet(x, inner);
    return {
      value: add(mul(x, sigmoid(logit)), mul(mapped.value, sigmoid(neg(logit)))),
      // log(w + (1 − w)·T′) = log w + log(1 + T′·(1 − w) / w), where (1 − w) / w = exp(−logit).
      logDet: add(logSigmoid(logit), softplus(sub(mapped.logDet, logit))),
    };
  }

  #invertLine(y: Tensor1D, own: Own): Tensor {
    const { value, logDet } = this.#mix(zerosLike(y), own);
    return mul(sub(y, value), exp(neg(logDet)));
  }

  #solve(y: Tensor1D, own: Own): Tensor {
    const bracket = (y: Tensor1D, [inner]: Own) => {
      const other = this.inner.inverseAndLogDet(y, inner).value as Tensor1D;
      return { low: minimum(y, other) as Tensor1D, high: maximum(y, other) as Tensor1D };
    };
    return implicitRoot((x, own) => this.#evaluate(x, own), bracket, y, own);
  }

  #evaluate(x: Tensor1D, own: Own): ValueAndDerivative {
    const { value, logDet } = this.#mix(x, own);
    return { value: value as Tensor1D, derivative: exp(logDet) as Tensor1D };
  }
}

/** The parameters of T, `[N, P]`, and the logit of w, `[N]`. */
type Own = readonly [inner: Tensor, logit: Tensor];
