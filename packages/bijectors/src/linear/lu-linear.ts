import { add, exp, sub, sum, type Tensor, tidy, transpose, type Variable, zeros } from '@tensorflow/tfjs-core';
import {
  admit,
  checkInteger,
  linear,
  makeVariable,
  type ModuleConfig,
  type Seed,
  readConfig,
} from '@pushforward/tensor';
import { invertPermutation, type ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { Permute, type PermuteOptions } from '../combinators/permute.js';
import { select } from '../numerics/select.js';
import { PackedTriangles } from '../numerics/packed-triangles.js';
import { invertLowerTriangular } from '../numerics/invert-triangular.js';

/** What an {@link LuLinear} is made of. */
export interface LuLinearOptions {
  /** D, the length of the vectors. */
  dim: number;
  /** P, which stays as it is: `'reverse'`, `'random'` from `seed`, or a list as {@link Permute} takes it. Default: no permutation. */
  permutation?: PermuteOptions['permutation'];
  /** Where a random permutation comes from: an integer or a key. Default: a fresh key. No effect on the others. */
  seed?: Seed;
}

/**
 * An invertible linear map of vectors, `y = P·L·U·x + b`, with L unit lower triangular, U upper triangular with a positive diagonal and P
 * a fixed permutation; `log |det| = Σ log Uᵢᵢ`. It starts at L = U = 1, b = 0: the identity but for P.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: the diagonal of U is stored as its logarithm, unbounded: it overflows beyond ±88. The inverse multiplies by L⁻¹ and
 * U⁻¹, and loses as many digits as their condition numbers have.
 *
 * **Cost**: 2 D² multiplications a vector in either direction; the inverse adds 2 D³ / 3 a call, for inverting L and U, and its
 * gradient 4 D³. Wrap it in `Invert` where the inverse is what is trained.
 *
 * Source: Oliva et al. 2018, "Transformation autoregressive networks"; Kingma & Dhariwal 2018, "Glow: generative flow with
 * invertible 1×1 convolutions", equation 10.
 *
 * @throws Error if `dim` is out of range or `permutation` is none
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { LuLinear } from '@pushforward/bijectors';
 *
 * const mix = new LuLinear({ dim: 3 });
 * console.log(await mix.forward(tf.tensor1d([1, 2, 3])).array()); // [1, 2, 3]
 * ```
 */
export class LuLinear extends Bijector {
  static readonly type: string = 'LuLinear';
  static override fromConfig(config: ModuleConfig): LuLinear {
    return new LuLinear(readConfig(config, { dim: 'number', permutation: 'numbers?' }));
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  readonly dim: number;
  /** Place i of y is place `permutation[i]` of L·U·x, before b is added; absent if there is no permutation. */
  readonly permutation?: readonly number[];
  /** `[D, D]`, transposed as a row vector needs it: Uᵀ below the diagonal, log Uᵢᵢ on it, Lᵀ above it. */
  readonly weights: Variable;
  /** b, `[D]`. */
  readonly bias: Variable;
  readonly #triangles: PackedTriangles;

  constructor({ dim, permutation, seed }: LuLinearOptions) {
    super();
    checkInteger('LuLinear: dim', dim, 1);
    this.dim = dim;
    this.eventShape = [dim];
    if (permutation !== undefined) this.permutation = new Permute({ dim, permutation, seed }).permutation;
    this.weights = makeVariable([dim, dim], () => zeros([dim, dim]));
    this.bias = makeVariable([dim], () => zeros([dim]));
    this.#triangles = new PackedTriangles(dim);
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch } = admit({ name: 'LuLinear', x, event: [this.dim], context });
      const { lower, upper, logDet } = this.#factors();
      const mixed = linear(linear(given, lower), upper);
      const value = add(this.permutation ? select(mixed, this.permutation) : mixed, this.bias);
      return { value, logDet: add(zeros([...batch]), logDet) };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch } = admit({ name: 'LuLinear', argument: 'y', x: y, event: [this.dim], context });
      const { lower, upper, logDet } = this.#factors();
      const centred = sub(given, this.bias);
      const mixed = this.permutation ? select(centred, invertPermutation(this.permutation)) : centred;
      const inverseUpper = transpose(invertLowerTriangular(transpose(upper)));
      const value = linear(linear(mixed, inverseUpper), invertLowerTriangular(lower));
      return { value, logDet: sub(zeros([...batch]), logDet) };
    });
  }

  override dispose(): void {
    super.dispose();
    this.#triangles.dispose();
  }

  override config(): ModuleConfig {
    return { type: LuLinear.type, dim: this.dim, permutation: this.permutation ? [...this.permutation] : null };
  }

  /** Uᵀ and Lᵀ. */
  #factors(): { lower: Tensor; upper: Tensor; logDet: Tensor } {
    const { below, diagonal, above } = this.#triangles.unpack(this.weights);
    const lower = this.#triangles.withDiagonal(below, exp(diagonal));
    const upper = this.#triangles.withDiagonal(above);
    return { lower, upper, logDet: sum(diagonal) };
  }
}
