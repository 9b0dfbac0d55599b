import { add, exp, sub, sum, type Tensor, tidy, type Variable, zeros } from '@tensorflow/tfjs-core';
import { foldIn, key, makeVariable, type ModuleConfig, type Seed, readConfig } from '@pushforward/tensor';
import { invertPermutation, type Mlp, type ValueAndLogDet } from '@pushforward/made';
import {
  contextConfig,
  contextNetwork,
  type ContextOptions,
  readContext,
  underContext,
} from '../context/context-parameters.js';
import { VectorBijector } from '../context/vector-bijector.js';
import { Permute, type PermuteOptions } from '../combinators/permute.js';
import { select } from '../numerics/select.js';
import { PackedTriangles } from '../numerics/packed-triangles.js';
import { invertLowerTriangular } from '../numerics/invert-triangular.js';
import { times, transposed } from '../numerics/times.js';

/** Options of {@link LuLinear}. */
export type LuLinearOptions = ContextOptions & {
  /** D, the length of the vectors. */
  dim: number;
  /** P, which stays as it is: `'reverse'`, `'random'` from `seed`, or a list as {@link Permute} takes it. Default: no permutation. */
  permutation?: PermuteOptions['permutation'];
  /** An integer or a key for a random permutation, and for the network that makes parameters of a context. Default: a fresh key. */
  seed?: Seed;
};

/**
 * An invertible linear map of vectors, `y = P·L·U·x + b`, with L unit lower triangular, U upper triangular with a positive diagonal and P
 * a fixed permutation; `log |det| = Σ log Uᵢᵢ`. It starts at L = U = 1, b = 0: the identity but for P.
 * With a `contextDim`, what a network makes of the context is added to b, to what L and U have off their diagonals, and to log Uᵢᵢ.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * **Numerics**: the diagonal of U is stored as its logarithm, unbounded: it overflows beyond ±88. The inverse multiplies by L⁻¹ and
 * U⁻¹, and loses as many digits as their condition numbers have.
 *
 * **Cost**: 2 D² multiplications a vector in either direction; the inverse adds 2 D³ / 3 a call, for inverting L and U, and its
 * gradient 4 D³. Wrap it in `Invert` where the inverse is what is trained. All of it is done for each context.
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
export class LuLinear extends VectorBijector {
  static readonly type: string = 'LuLinear';
  static override fromConfig(config: ModuleConfig): LuLinear {
    return new LuLinear({
      ...readConfig(config, { dim: 'number', permutation: 'numbers?' }),
      ...readContext(config),
      seed: 0,
    });
  }

  /** Place i of y is place `permutation[i]` of L·U·x, before b is added; absent if there is no permutation. */
  readonly permutation?: readonly number[];
  /** `[D, D]`, transposed as a row vector needs it: Uᵀ below the diagonal, log Uᵢᵢ on it, Lᵀ above it. */
  readonly weights: Variable;
  /** b, `[D]`. */
  readonly bias: Variable;
  /** From the context to what it adds to the variables, if there is one. */
  readonly network?: Mlp;
  readonly #triangles: PackedTriangles;

  constructor(options: LuLinearOptions) {
    super(options, ['permutation']);
    const { dim, permutation, seed, ...context } = options;
    const root = key(seed);
    if (permutation !== undefined) {
      const order = permutation === 'random' ? { dim, permutation, seed: root } : { dim, permutation };
      this.permutation = new Permute(order).permutation;
    }
    this.weights = makeVariable([dim, dim], () => zeros([dim, dim]));
    this.bias = makeVariable([dim], () => zeros([dim]));
    this.network = contextNetwork('LuLinear', context, [this.weights, this.bias], foldIn(root, 1));
    this.#triangles = new PackedTriangles(dim);
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch, ...rest } = this.admit('x', x, context);
      const { lower, upper, bias, logDet } = this.#factors(rest.context);
      const mixed = times(times(given, lower), upper);
      const value = add(this.permutation ? select(mixed, this.permutation) : mixed, bias);
      return { value, logDet: add(zeros([...batch]), logDet) };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch, ...rest } = this.admit('y', y, context);
      const { lower, upper, bias, logDet } = this.#factors(rest.context);
      const centred = sub(given, bias);
      const mixed = this.permutation ? select(centred, invertPermutation(this.permutation)) : centred;
      const inverseUpper = transposed(invertLowerTriangular(transposed(upper)));
      const value = times(times(mixed, inverseUpper), invertLowerTriangular(lower));
      return { value, logDet: sub(zeros([...batch]), logDet) };
    });
  }

  override dispose(): void {
    super.dispose();
    this.#triangles.dispose();
  }

  override config(): ModuleConfig {
    const permutation = this.permutation ? [...this.permutation] : null;
    return { type: LuLinear.type, dim: this.dim, permutation, ...contextConfig(this.network) };
  }

  /** Uᵀ, Lᵀ and b. */
  #factors(context: Tensor | undefined): { lower: Tensor; upper: Tensor; bias: Tensor; logDet: Tensor } {
    const [weights, bias] = underContext([this.weights, this.bias], this.network, context);
    const { below, diagonal, above } = this.#triangles.unpack(weights);
    const lower = this.#triangles.withDiagonal(below, exp(diagonal));
    const upper = this.#triangles.withDiagonal(above);
    return { lower, upper, bias, logDet: sum(diagonal, -1) };
  }
}
