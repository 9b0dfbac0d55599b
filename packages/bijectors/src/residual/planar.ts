import {
  add,
  div,
  expandDims,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tidy,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  admit,
  checkInteger,
  key,
  makeVariable,
  type ModuleConfig,
  normal,
  type Seed,
  readConfig,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { positive } from '../numerics/positive.js';
import { invertTanhUnit, logTanhUnitDerivative, MIN_SLOPE } from './tanh-unit.js';

/** What a {@link Planar} layer is made of. */
export interface PlanarOptions {
  /** D, the length of the vectors. */
  dim: number;
  /** An integer or a key for w at first. Default: a fresh key. */
  seed?: Seed;
}

/**
 * One hidden unit with a skip connection, `y = x + û·tanh(wᵀx + b)`: it stretches or squeezes space along û near the plane
 * `wᵀx + b = 0`. With `h = tanh(wᵀx + b)`,
 *
 * `log |det| = log(1 + ûᵀw·(1 − h²)) = log(h² + p·(1 − h²))`.
 *
 * The map is invertible where `p = 1 + ûᵀw` is positive. So û is the trained u, moved along w until p is
 * `0.001 + softplus(wᵀu + c)`: `û = u + (p − 1 − wᵀu)·w / ‖w‖²`. The constant c makes p = 1 at u = 0, where the
 * flow starts: at the identity. (The paper's softplus has neither the constant nor the floor.)
 *
 * The inverse has no closed form. Multiplied by wᵀ the map becomes one increasing equation of one number,
 * `a + (p − 1)·tanh(a) = wᵀy + b` with `a = wᵀx + b`, solved by Newton's method with bisections; then `x = y − û·tanh(a)`. The gradients
 * are those of the implicit function: exact, and independent of the steps taken.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: p is at least 0.001, so the inverse magnifies rounding at most 1000-fold. The inverse costs about 32 times the
 * elementwise work of the forward direction. A w of zeros gives NaN.
 *
 * Source: Rezende & Mohamed 2015, "Variational inference with normalizing flows", equations 10 to 12 and appendix A.1.
 *
 * @throws Error if `dim` is not an integer of at least 1
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Chain, Planar } from '@pushforward/bijectors';
 *
 * const flow = new Chain([0, 1, 2, 3].map((seed) => new Planar({ dim: 2, seed })));
 * const { value, logDet } = flow.forwardAndLogDet(tf.tensor2d([[1, -1], [0, 2]]));
 * console.log(await value.array()); // about [[1, -1], [0, 2]]
 * console.log(await logDet.array()); // about [0, 0]
 * ```
 */
export class Planar extends Bijector {
  static readonly type: string = 'Planar';
  static override fromConfig(config: ModuleConfig): Planar {
    return new Planar({ ...readConfig(config, { dim: 'number' }), seed: 0 });
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  readonly dim: number;
  /** w, `[D]`, of any length but 0. */
  readonly weights: Variable;
  /** b, `[]`. */
  readonly bias: Variable;
  /** u, `[D]`. */
  readonly direction: Variable;

  constructor({ dim, seed }: PlanarOptions) {
    super();
    checkInteger('Planar: dim', dim, 1);
    this.dim = dim;
    this.eventShape = [dim];
    this.weights = makeVariable([dim], () => mul(normal(key(seed), [dim]), 1 / Math.sqrt(dim)));
    this.bias = makeVariable([], () => zeros([]));
    this.direction = makeVariable([dim], () => zeros([dim]));
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.#admit('x', x, context);
      const { direction, slope } = this.#constrained();
      const h = tanh(this.#project(given));
      return { value: add(given, mul(expandDims(h, -1), direction)), logDet: logTanhUnitDerivative(h, slope) };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.#admit('y', y, context);
      const { direction, slope } = this.#constrained();
      const projected = this.#project(given);
      const a = invertTanhUnit(reshape(projected, [projected.size]), slope);
      const h = reshape(tanh(a), projected.shape);
      return { value: sub(given, mul(expandDims(h, -1), direction)), logDet: neg(logTanhUnitDerivative(h, slope)) };
    });
  }

  override config(): ModuleConfig {
    return { type: Planar.type, dim: this.dim };
  }

  /** `wᵀx + b`. */
  #project(x: Tensor): Tensor {
    return add(sum(mul(x, this.weights), -1), this.bias);
  }

  /** û and p. */
  #constrained(): { direction: Tensor; slope: Tensor } {
    const { weights, direction } = this;
    const product = sum(mul(weights, direction));
    const slope = positive(product, MIN_SLOPE);
    const missing = div(sub(sub(slope, 1), product), sum(square(weights)));
    return { direction: add(direction, mul(weights, missing)), slope };
  }

  #admit(argument: string, x: Tensor, context: Tensor | undefined): Tensor {
    return admit({ name: 'Planar', argument, x, event: [this.dim], context }).x;
  }
}
