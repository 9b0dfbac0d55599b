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
  admit,
  checkInteger,
  key,
  makeVariable,
  type ModuleConfig,
  normal,
  type Seed,
  where,
  readConfig,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { positive } from '../numerics/positive.js';

/** What a {@link Radial} layer is made of. */
export interface RadialOptions {
  /** D, the length of the vectors. */
  dim: number;
  /** An integer or a key for the centre at first. Default: a fresh key. */
  seed?: Seed;
}

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
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: the root is computed without cancellation, and α and p are at least 0.001, so that the inverse magnifies rounding at
 * most 1000-fold. Distances above 1e19 overflow.
 *
 * Source: Rezende & Mohamed 2015, "Variational inference with normalizing flows", equation 14 and appendix A.2; the closed inverse is ours.
 *
 * @throws Error if `dim` is not an integer of at least 1
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
export class Radial extends Bijector {
  static readonly type: string = 'Radial';
  static override fromConfig(config: ModuleConfig): Radial {
    return new Radial({ ...readConfig(config, { dim: 'number' }), seed: 0 });
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  readonly dim: number;
  /** z, `[D]`. */
  readonly center: Variable;
  /** α before the softplus, `[]`. */
  readonly radius: Variable;
  /** p before the softplus, `[]`. */
  readonly slope: Variable;

  constructor({ dim, seed }: RadialOptions) {
    super();
    checkInteger('Radial: dim', dim, 1);
    this.dim = dim;
    this.eventShape = [dim];
    this.center = makeVariable([dim], () => normal(key(seed), [dim]));
    this.radius = makeVariable([], () => zeros([]));
    this.slope = makeVariable([], () => zeros([]));
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.#admit('x', x, context);
      const { offset, distance } = this.#polar(given);
      const { scale, logDet } = this.#stretch(distance);
      return { value: add(this.center, mul(offset, expandDims(scale, -1))), logDet };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.#admit('y', y, context);
      const { offset, distance } = this.#polar(given);
      const { alpha, slope } = this.#constrained();
      const b = sub(mul(alpha, slope), distance);
      const product = mul(alpha, distance);
      // Twice the size of the larger root, a sum of positive terms; the other root follows from their product.
      const isSmaller = greater(b, 0);
      const twice = add(where(isSmaller, b, neg(b)), sqrt(add(square(b), mul(product, 4))));
      const radius = where(isSmaller, div(mul(product, 2), twice), mul(twice, 0.5));
      const { scale, logDet } = this.#stretch(radius);
      return { value: add(this.center, div(offset, expandDims(scale, -1))), logDet: neg(logDet) };
    });
  }

  override config(): ModuleConfig {
    return { type: Radial.type, dim: this.dim };
  }

  #polar(x: Tensor): { offset: Tensor; distance: Tensor } {
    const offset = sub(x, this.center);
    return { offset, distance: sqrt(add(sum(square(offset), -1), TINY)) };
  }

  #constrained(): { alpha: Tensor; slope: Tensor } {
    return { alpha: positive(this.radius, MINIMUM), slope: positive(this.slope, MINIMUM) };
  }

  /** By how much the map scales the distance r from the centre, and the log-determinant there. */
  #stretch(r: Tensor): { scale: Tensor; logDet: Tensor } {
    const { alpha, slope } = this.#constrained();
    const whole = add(alpha, r);
    const f = div(alpha, whole);
    const g = div(r, whole);
    const scale = add(g, mul(slope, f));
    const alongRay = add(mul(g, add(f, 1)), mul(slope, square(f)));
    return { scale, logDet: add(mul(log(scale), this.dim - 1), log(alongRay)) };
  }

  #admit(argument: string, x: Tensor, context: Tensor | undefined): Tensor {
    return admit({ name: 'Radial', argument, x, event: [this.dim], context }).x;
  }
}
