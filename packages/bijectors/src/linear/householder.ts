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
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  checkInteger,
  checkTable,
  foldIn,
  key,
  makeVariable,
  type ModuleConfig,
  normal,
  type Seed,
  readConfig,
} from '@pushforward/tensor';
import type { Mlp, ValueAndLogDet } from '@pushforward/made';
import {
  contextConfig,
  contextNetwork,
  type ContextOptions,
  readContext,
  underContext,
} from '../context/context-parameters.js';
import { VectorBijector } from '../context/vector-bijector.js';
import { invertLowerTriangular } from '../numerics/invert-triangular.js';
import { times, transposed } from '../numerics/times.js';

/** Options of a {@link Householder} rotation. */
export type HouseholderOptions = ContextOptions & {
  /** D, the length of the vectors. */
  dim: number;
  /**
   * K, the number of reflections; D of them reach every orthogonal map with determinant (−1)ᴷ. Default: D, or D + 1 where D is odd, so that
   * the map is a rotation and starts at the identity.
   */
  reflections?: number;
  /** An integer or a key for the vectors at first, and for the network that makes parameters of a context. Default: a fresh key. */
  seed?: Seed;
};

/**
 * An orthogonal map of vectors as a product of reflections, `y = H₁·H₂·…·H_K·x` with `Hₖ = 1 − 2 vₖvₖᵀ / ‖vₖ‖²`, whose log-determinant
 * is 0.
 *
 * The vectors start in equal pairs, whose reflections cancel: an even K starts at the identity. An odd K is one random reflection at
 * first and can never be the identity, for its determinant is −1. With a `contextDim`, what a network makes of the context is added to the
 * vectors.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 *
 * **Numerics**: lengths are kept to about 1e-6. A vector of zeros reflects nothing and gives NaN.
 *
 * **Cost**: the reflections are applied together, as `1 − Vᵀ·T·V` with a K × K triangular T: 2 D K multiplications a vector, and
 * `D K² + K³ / 3` a call, or for each context.
 *
 * Source: Tomczak & Welling 2016, "Improving variational auto-encoders using Householder flow"; the triangular form is
 * that of Joffrain et al. 2006, "Accumulating Householder transformations, revisited".
 *
 * @throws Error if an option is out of range, or x, y or context does not fit
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
export class Householder extends VectorBijector {
  static readonly type: string = 'Householder';
  static override fromConfig(config: ModuleConfig): Householder {
    return new Householder({
      ...readConfig(config, { dim: 'number', reflections: 'number' }),
      ...readContext(config),
      seed: 0,
    });
  }

  /** `[K, D]`, of any length but 0. */
  readonly vectors: Variable;
  /** From the context to what it adds to the vectors, if there is one. */
  readonly network?: Mlp;
  /** 1 below the diagonal, ½ on it. */
  readonly #mask: Tensor2D;

  constructor(options: HouseholderOptions) {
    super(options, ['reflections']);
    const { dim, reflections = dim + (dim % 2), seed, ...context } = options;
    checkInteger('Householder: reflections', reflections, 1);
    const pairs = Math.ceil(reflections / 2);
    const root = key(seed);
    this.vectors = makeVariable([reflections, dim], () => {
      const once = normal(root, [pairs, 1, dim]);
      const twice = concat([once, once], 1);
      return slice(reshape(twice, [2 * pairs, dim]), [0, 0], [reflections, dim]);
    });
    this.network = contextNetwork('Householder', context, [this.vectors], foldIn(root, 1));
    checkTable('Householder: the mask', reflections ** 2);
    const indices = Array.from({ length: reflections }, (_, i) => i);
    this.#mask = keep(tensor2d(indices.map((i) => indices.map((j) => (j < i ? 1 : j === i ? 0.5 : 0)))));
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('x', x, context, (t) => t);
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('y', y, context, transposed);
  }

  override dispose(): void {
    super.dispose();
    this.#mask.dispose();
  }

  override config(): ModuleConfig {
    const [reflections] = this.vectors.shape;
    return { type: Householder.type, dim: this.dim, reflections, ...contextConfig(this.network) };
  }

  /** `x − (x·Vᵀ)·Tᵀ·V`, or with T in place of Tᵀ. */
  #apply(argument: 'x' | 'y', x: Tensor, context: Tensor | undefined, orient: (t: Tensor) => Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch, ...rest } = this.admit(argument, x, context);
      const [vectors] = underContext([this.vectors], this.network, rest.context);
      const products = matMul(vectors, vectors, false, true);
      const t = orient(invertLowerTriangular(mul(products, this.#mask)));
      const value = sub(given, times(times(times(given, transposed(vectors)), t), vectors));
      return { value, logDet: zeros([...batch]) };
    });
  }
}
