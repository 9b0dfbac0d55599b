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
  broadcastTo,
  foldIn,
  key,
  makeVariable,
  type ModuleConfig,
  normal,
  type Seed,
  readConfig,
  sizeOf,
} from '@pushforward/tensor';
import type { Mlp, ValueAndLogDet } from '@pushforward/made';
import { contextNetwork, type ContextOptions, readContext, underContext } from '../context/context-parameters.js';
import { VectorBijector } from '../context/vector-bijector.js';
import { positive } from '../numerics/positive.js';
import { invertTanhUnit, logTanhUnitDerivative, MIN_SLOPE } from './tanh-unit.js';

/** Options of a {@link Planar} layer. */
export type PlanarOptions = ContextOptions & {
  /** D, the length of the vectors. */
  dim: number;
  /** An integer or a key for w at first, and for the network that makes parameters of a context. Default: a fresh key. */
  seed?: Seed;
};

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
 * With a `contextDim`, what a network makes of the context is added to w, b and u.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * **Numerics**: p is at least 0.001, so the inverse magnifies rounding at most 1000-fold. The inverse costs about 32 times the
 * elementwise work of the forward direction. A w of zeros gives NaN.
 *
 * Source: Rezende & Mohamed 2015, "Variational inference with normalizing flows", equations 10 to 12 and appendix A.1.
 *
 * @throws Error if an option is out of range, or x, y or context does not fit
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
export class Planar extends VectorBijector {
  static readonly type: string = 'Planar';
  static override fromConfig(config: ModuleConfig): Planar {
    return new Planar({ ...readConfig(config, { dim: 'number' }), ...readContext(config), seed: 0 });
  }

  /** w, `[D]`, of any length but 0. */
  readonly weights: Variable;
  /** b, `[]`. */
  readonly bias: Variable;
  /** u, `[D]`. */
  readonly direction: Variable;
  /** From the context to what it adds to the variables, if there is one. */
  readonly network?: Mlp;

  constructor(options: PlanarOptions) {
    super(options);
    const { dim, seed, ...context } = options;
    const root = key(seed);
    this.weights = makeVariable([dim], () => mul(normal(root, [dim]), 1 / Math.sqrt(dim)));
    this.bias = makeVariable([], () => zeros([]));
    this.direction = makeVariable([dim], () => zeros([dim]));
    this.network = contextNetwork('Planar', context, this.#variables, foldIn(root, 1));
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.admit('x', x, context);
      const unit = this.#unit(given.context);
      const h = tanh(project(given.x, unit));
      return {
        value: add(given.x, mul(expandDims(h, -1), unit.direction)),
        logDet: logTanhUnitDerivative(h, unit.slope),
      };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.admit('y', y, context);
      const unit = this.#unit(given.context);
      const projected = project(given.x, unit);
      const a = invertTanhUnit(reshape(projected, [projected.size]), forEach(unit.slope, given.batch));
      const h = reshape(tanh(a), projected.shape);
      return {
        value: sub(given.x, mul(expandDims(h, -1), unit.direction)),
        logDet: neg(logTanhUnitDerivative(h, unit.slope)),
      };
    });
  }

  get #variables(): Variable[] {
    return [this.weights, this.bias, this.direction];
  }

  #unit(context: Tensor | undefined): Unit {
    const [weights, bias, free] = underContext(this.#variables, this.network, context);
    const product = sum(mul(weights, free), -1);
    const slope = positive(product, MIN_SLOPE);
    const missing = div(sub(sub(slope, 1), product), sum(square(weights), -1));
    return { weights, bias, slope, direction: add(free, mul(weights, expandDims(missing, -1))) };
  }
}

/** The parameters, each of them `[...contexts, ...]` where they depend on a context. */
interface Unit {
  /** w, `[D]`. */
  readonly weights: Tensor;
  /** b, `[]`. */
  readonly bias: Tensor;
  /** û, `[D]`. */
  readonly direction: Tensor;
  /** p, `[]`. */
  readonly slope: Tensor;
}

/** `wᵀx + b`. */
function project(x: Tensor, { weights, bias }: Unit): Tensor {
  return add(sum(mul(x, weights), -1), bias);
}

/** A number, or one for each context as one for each event. */
function forEach(values: Tensor, batch: readonly number[]): Tensor {
  return values.rank === 0 ? values : reshape(broadcastTo(values, batch), [sizeOf(batch)]);
}
