import {
  concat,
  keep,
  matMul,
  mul,
  reshape,
  slice,
  sub,
  type Tensor,
  tensor2d,
  type Tensor2D,
  tidy,
  transpose,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  admit,
  checkInteger,
  checkTable,
  key,
  linear,
  makeVariable,
  type ModuleConfig,
  normal,
  type Seed,
  readConfig,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { invertLowerTriangular } from '../numerics/invert-triangular.js';

/** What a {@link Householder} rotation is made of. */
export interface HouseholderOptions {
  /** D, the length of the vectors. */
  dim: number;
  /**
   * K, the number of reflections; D of them reach every orthogonal map with determinant (−1)ᴷ. Default: D, or D + 1 where D is odd, so that
   * the map is a rotation and starts at the identity.
   */
  reflections?: number;
  /** An integer or a key for the vectors at first. Default: a fresh key. */
  seed?: Seed;
}

/**
 * An orthogonal map of vectors as a product of reflections, `y = H₁·H₂·…·H_K·x` with `Hₖ = 1 − 2 vₖvₖᵀ / ‖vₖ‖²`, whose log-determinant
 * is 0.
 *
 * The vectors start in equal pairs, whose reflections cancel: an even K starts at the identity. An odd K is one random reflection at
 * first and can never be the identity, for its determinant is −1.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`. It takes no context.
 *
 * **Numerics**: lengths are kept to about 1e-6. A vector of zeros reflects nothing and gives NaN.
 *
 * **Cost**: the reflections are applied together, as `1 − Vᵀ·T·V` with a K × K triangular T: 2 D K multiplications a vector, and
 * `D K² + K³ / 3` a call.
 *
 * Source: Tomczak & Welling 2016, "Improving variational auto-encoders using Householder flow"; the triangular form is
 * that of Joffrain et al. 2006, "Accumulating Householder transformations, revisited".
 *
 * @throws Error if `dim` or `reflections` is not an integer of at least 1
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Householder } from '@pushforward/bijectors';
 *
 * const reflection = new Householder({ dim: 2, reflections: 1, seed: 0 });
 * reflection.vectors.assign(tf.tensor2d([[1, -1]]));
 * console.log(await reflection.forward(tf.tensor1d([3, 4])).array()); // about [4, 3]
 * ```
 */
export class Householder extends Bijector {
  static readonly type: string = 'Householder';
  static override fromConfig(config: ModuleConfig): Householder {
    return new Householder({ ...readConfig(config, { dim: 'number', reflections: 'number' }), seed: 0 });
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  readonly dim: number;
  /** `[K, D]`, of any length but 0. */
  readonly vectors: Variable;
  /** 1 below the diagonal, ½ on it. */
  readonly #mask: Tensor2D;

  constructor({ dim, reflections = dim + (dim % 2), seed }: HouseholderOptions) {
    super();
    checkInteger('Householder: dim', dim, 1);
    checkInteger('Householder: reflections', reflections, 1);
    this.dim = dim;
    this.eventShape = [dim];
    const pairs = Math.ceil(reflections / 2);
    this.vectors = makeVariable([reflections, dim], () => {
      const once = normal(key(seed), [pairs, 1, dim]);
      const twice = concat([once, once], 1);
      return slice(reshape(twice, [2 * pairs, dim]), [0, 0], [reflections, dim]);
    });
    checkTable('Householder: the mask', reflections ** 2);
    const indices = Array.from({ length: reflections }, (_, i) => i);
    this.#mask = keep(tensor2d(indices.map((i) => indices.map((j) => (j < i ? 1 : j === i ? 0.5 : 0)))));
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('x', x, context, (t) => t);
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('y', y, context, (t) => transpose(t));
  }

  override dispose(): void {
    super.dispose();
    this.#mask.dispose();
  }

  override config(): ModuleConfig {
    return { type: Householder.type, dim: this.dim, reflections: this.vectors.shape[0] };
  }

  /** `x − (x·Vᵀ)·Tᵀ·V`, or with T in place of Tᵀ. */
  #apply(name: string, x: Tensor, context: Tensor | undefined, orient: (t: Tensor) => Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch } = admit({ name: 'Householder', argument: name, x, event: [this.dim], context });
      const vectors = this.vectors as Tensor as Tensor2D;
      const products = matMul(vectors, vectors, false, true);
      const t = orient(invertLowerTriangular(mul(products, this.#mask)));
      const value = sub(given, linear(linear(linear(given, transpose(vectors)), t), vectors));
      return { value, logDet: zeros([...batch]) };
    });
  }
}
