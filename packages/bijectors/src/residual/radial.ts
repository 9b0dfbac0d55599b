import {
  add,
  div,
  expandDims,
  greater,
  log,
  mul,
  neg,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  foldIn,
  key,
  makeVariable,
  type ModuleConfig,
  normal,
  type Seed,
  where,
  readConfig,
} from '@pushforward/tensor';
import type { Mlp, ValueAndLogDet } from '@pushforward/made';
import { contextNetwork, type ContextOptions, readContext, underContext } from '../context/context-parameters.js';
import { VectorBijector } from '../context/vector-bijector.js';
import { positive } from '../numerics/positive.js';

/** Options of a {@link Radial} layer. */
export type RadialOptions = ContextOptions & {
  /** D, the length of the vectors. */
  dim: number;
  /** An integer or a key for the centre at first, and for the network that makes parameters of a context. Default: a fresh key. */
  seed?: Seed;
};

/** The smallest α, and the smallest derivative at the centre. */
const MINIMUM = 1e-3;

/**
 * Keeps the gradient of the distance finite at the centre, where it then is 0; no distance above 1e-12 is changed by it.
 */
const TINY = 1e-30;

/**
 * Stretches or squeezes space around a point z: `y = x + β·(x − z) / (α + r)` with `r = ‖x − z‖`, `α = 0.001 + softplus(raw + c)` and
 * `β = α·(p − 1)`, where `p = 0.001 + softplus(raw + c)`, the derivative at the centre, is positive: this keeps `β > −α` and the map
 * invertible. It starts at p = 1, the identity, with a centre drawn from the standard normal distribution. (The paper has `β = −α + softplus(raw)`.)
 *
 * With the shares `f = α/(α + r)` and `g = r/(α + r)`, lengths along spheres around z grow by `g + p·f` and those along rays by `g·(1 + f) + p·f²`:
 *
 * `log |det| = (D − 1)·log(g + p·f) + log(g·(1 + f) + p·f²)`.
 *
 * The inverse has a closed form: with `ρ = ‖y − z‖`, r is the positive root of `r² + (α·p − ρ)·r − α·ρ = 0`.
 *
 * With a `contextDim`, what a network makes of the context is added to z and to both raw numbers.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * **Numerics**: the root is computed without cancellation, and α and p are at least 0.001, so that the inverse magnifies rounding at
 * most 1000-fold. Distances above 1e19 overflow.
 *
 * Source: Rezende & Mohamed 2015, "Variational inference with normalizing flows", equation 14 and appendix A.2; the closed inverse is ours.
 *
 * @throws Error if an option is out of range, or x, y or context does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Radial } from '@pushforward/bijectors';
 *
 * const flow = new Radial({ dim: 2, seed: 0 });
 * console.log(await flow.forward(tf.tensor1d([3, 4])).array()); // about [3, 4]
 * console.log([...flow.variables().keys()]); // [ 'center', 'radius', 'slope' ]
 * ```
 */
export class Radial extends VectorBijector {
  static readonly type: string = 'Radial';
  static override fromConfig(config: ModuleConfig): Radial {
    return new Radial({ ...readConfig(config, { dim: 'number' }), ...readContext(config), seed: 0 });
  }

  /** z, `[D]`. */
  readonly center: Variable;
  /** α before the softplus, `[]`. */
  readonly radius: Variable;
  /** p before the softplus, `[]`. */
  readonly slope: Variable;
  /** From the context to what it adds to the variables, if there is one. */
  readonly network?: Mlp;

  constructor(options: RadialOptions) {
    super(options);
    const { dim, seed, ...context } = options;
    const root = key(seed);
    this.center = makeVariable([dim], () => normal(root, [dim]));
    this.radius = makeVariable([], () => zeros([]));
    this.slope = makeVariable([], () => zeros([]));
    this.network = contextNetwork('Radial', context, this.#variables, foldIn(root, 1));
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.admit('x', x, context);
      const shape = this.#shape(given.context);
      const { offset, distance } = polar(given.x, shape);
      const { scale, logDet } = this.#stretch(distance, shape);
      return { value: add(shape.center, mul(offset, expandDims(scale, -1))), logDet };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.admit('y', y, context);
      const shape = this.#shape(given.context);
      const { alpha, slope } = shape;
      const { offset, distance } = polar(given.x, shape);
      const b = sub(mul(alpha, slope), distance);
      const product = mul(alpha, distance);
      // Twice the size of the larger root, a sum of positive terms; the other root follows from their product.
      const isSmaller = greater(b, 0);
      const twice = add(where(isSmaller, b, neg(b)), sqrt(add(square(b), mul(product, 4))));
      const radius = where(isSmaller, div(mul(product, 2), twice), mul(twice, 0.5));
      const { scale, logDet } = this.#stretch(radius, shape);
      return { value: add(shape.center, div(offset, expandDims(scale, -1))), logDet: neg(logDet) };
    });
  }

  get #variables(): Variable[] {
    return [this.center, this.radius, this.slope];
  }

  #shape(context: Tensor | undefined): Shape {
    const [center, radius, slope] = underContext(this.#variables, this.network, context);
    return { center, alpha: positive(radius, MINIMUM), slope: positive(slope, MINIMUM) };
  }

  /** By how much the map scales the distance r from the centre, and the log-determinant there. */
  #stretch(r: Tensor, { alpha, slope }: Shape): { scale: Tensor; logDet: Tensor } {
    const whole = add(alpha, r);
    const f = div(alpha, whole);
    const g = div(r, whole);
    const scale = add(g, mul(slope, f));
    const alongRay = add(mul(g, add(f, 1)), mul(slope, square(f)));
    return { scale, logDet: add(mul(log(scale), this.dim - 1), log(alongRay)) };
  }
}

/** The parameters, each of them `[...contexts, ...]` where they depend on a context. */
interface Shape {
  /** z, `[D]`. */
  readonly center: Tensor;
  /** α, `[]`. */
  readonly alpha: Tensor;
  /** p, `[]`. */
  readonly slope: Tensor;
}

function polar(x: Tensor, { center }: Shape): { offset: Tensor; distance: Tensor } {
  const offset = sub(x, center);
  return { offset, distance: sqrt(add(sum(square(offset), -1), TINY)) };
}
