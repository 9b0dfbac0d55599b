import {
  add,
  concat,
  div,
  expandDims,
  eye,
  mul,
  neg,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tanh,
  tidy,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  broadcastTo,
  checkInteger,
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
import {
  contextConfig,
  contextNetwork,
  type ContextOptions,
  readContext,
  underContext,
} from '../context/context-parameters.js';
import { VectorBijector } from '../context/vector-bijector.js';
import { Householder } from '../linear/householder.js';
import { PackedTriangles } from '../numerics/packed-triangles.js';
import { positive } from '../numerics/positive.js';
import { times, transposed } from '../numerics/times.js';
import { invertTanhUnit, logTanhUnitDerivative, MIN_SLOPE } from './tanh-unit.js';

/** Options of a {@link Sylvester} layer. */
export type SylvesterOptions = ContextOptions & {
  /** D, the length of the vectors. */
  dim: number;
  /** M, the number of hidden units, at most D. Default D. */
  units?: number;
  /** The number of Householder reflections that Q is made of; M of them reach every subspace. Default M. */
  reflections?: number;
  /** An integer or a key for Q at first, and for the networks that make parameters of a context. Default: a fresh key. */
  seed?: Seed;
};

const columnOf = (matrix: Tensor, i: number) => slice(matrix, [0, i], [matrix.shape[0]!, 1]);

/**
 * M hidden units with a skip connection, `y = x + Q·R·tanh(R̃·Qᵀ·x + b)`: the planar flow with several units at once. Q holds the first M
 * columns of a product of Householder reflections, R and R̃ are upper triangular. With `h = tanh(R̃·Qᵀ·x + b)`,
 *
 * `log |det| = Σᵢ log(1 + Rᵢᵢ·R̃ᵢᵢ·(1 − hᵢ²)) = Σᵢ log(hᵢ² + pᵢ·(1 − hᵢ²))`.
 *
 * The map is invertible where every `pᵢ = 1 + Rᵢᵢ·R̃ᵢᵢ` is positive. So `pᵢ = 0.001 + softplus(raw + c)` is trained in place of Rᵢᵢ, and
 * `R̃ᵢᵢ = 0.001 + softplus(raw + c)` is positive too, which excludes no map: the sign of a unit may change sides. The constant c makes both 1 where
 * the flow starts, at R = 0, R̃ = 1, b = 0 and a random Q: at the identity. (The authors' code bounds both diagonals by a tanh.)
 *
 * The inverse has no closed form. Multiplied by Qᵀ the map becomes a triangular system: from the last unit to the first, each one gives an increasing
 * equation of one number, `aᵢ + (pᵢ − 1)·tanh(aᵢ) = kᵢ`, whose right side depends on later units; it is solved by Newton's method with
 * bisections. Then `x = y − Q·R·tanh(a)`. The gradients are those of the implicit function: exact, and independent of the steps taken.
 *
 * With a `contextDim`, what networks make of the context is added to the vectors of the reflections, and to R, R̃, b and the raw numbers.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * **Numerics**: each unit alone magnifies rounding at most 1000-fold in the inverse; the triangular system may add to that as many digits as
 * its condition number has.
 *
 * **Cost**: 2 D M + M² multiplications a vector in either direction, and the reflections of M vectors a call. The inverse adds about 32 evaluations of
 * every unit, one unit after another.
 *
 * Source: van den Berg et al. 2018, "Sylvester normalizing flows for variational inference", section 3: the Householder Sylvester flow.
 *
 * @throws Error if an option is out of range, `units` is above `dim`, or x, y or context does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Sylvester } from '@pushforward/bijectors';
 *
 * const flow = new Sylvester({ dim: 4, units: 2, seed: 0 });
 * console.log(await flow.forward(tf.tensor1d([1, 2, 3, 4])).array()); // about [1, 2, 3, 4]
 * console.log([...flow.variables().keys()]); // [ 'rotation.vectors', 'weights', 'slopes', 'bias' ]
 * ```
 */
export class Sylvester extends VectorBijector {
  static readonly type: string = 'Sylvester';
  static override fromConfig(config: ModuleConfig): Sylvester {
    return new Sylvester({
      ...readConfig(config, { dim: 'number', units: 'number', reflections: 'number' }),
      ...readContext(config),
      seed: 0,
    });
  }

  readonly units: number;
  /** Its first M columns are Q. */
  readonly rotation: Householder;
  /** `[M, M]`: R above the diagonal, R̃ᵀ below it, and on it the diagonal of R̃ before the softplus. */
  readonly weights: Variable;
  /** p before the softplus, `[M]`. */
  readonly slopes: Variable;
  /** b, `[M]`. */
  readonly bias: Variable;
  /** From the context to what it adds to the weights, slopes and bias, if there is one; the rotation has a network of its own. */
  readonly network?: Mlp;
  readonly #triangles: PackedTriangles;

  constructor(options: SylvesterOptions) {
    super(options, ['units', 'reflections']);
    const { dim, units = dim, reflections = units, seed, ...context } = options;
    checkInteger('Sylvester: units', units, 1);
    checkInteger('Sylvester: reflections', reflections, 1);
    if (units > dim) throw new Error(`Sylvester: units must be at most dim = ${dim}, got ${units}`);
    this.units = units;
    const root = key(seed);
    this.rotation = new Householder({ dim, reflections, ...context, seed: foldIn(root, 1) });
    // A random reflection hardly turns an axis, but one along eᵢ plus a random unit vector turns axis i into minus that vector.
    tidy(() =>
      this.rotation.vectors.assign(
        add(mul(normal(root, [reflections, dim]), 1 / Math.sqrt(dim)), eye(reflections, dim)),
      ),
    );
    this.weights = makeVariable([units, units], () => zeros([units, units]));
    this.slopes = makeVariable([units], () => zeros([units]));
    this.bias = makeVariable([units], () => zeros([units]));
    this.network = contextNetwork('Sylvester', context, this.#variables, foldIn(root, 2));
    this.#triangles = new PackedTriangles(units);
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.admit('x', x, context);
      const { columns, inner, outer, bias, slopes } = this.#factors(given.context);
      const h = tanh(add(times(times(given.x, transposed(columns)), inner), bias));
      return {
        value: add(given.x, times(times(h, outer), columns)),
        logDet: sum(logTanhUnitDerivative(h, slopes), -1),
      };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.admit('y', y, context);
      const factors = this.#factors(given.context);
      const { columns, outer, slopes } = factors;
      const h = this.#solve(times(given.x, transposed(columns)), factors);
      return {
        value: sub(given.x, times(times(h, outer), columns)),
        logDet: neg(sum(logTanhUnitDerivative(h, slopes), -1)),
      };
    });
  }

  override dispose(): void {
    super.dispose();
    this.#triangles.dispose();
  }

  override config(): ModuleConfig {
    const [reflections] = this.rotation.vectors.shape;
    return { type: Sylvester.type, dim: this.dim, units: this.units, reflections, ...contextConfig(this.network) };
  }

  get #variables(): Variable[] {
    return [this.weights, this.slopes, this.bias];
  }

  /** h for given `Qᵀ·y`, both `[...batch, M]`, from the last unit to the first. */
  #solve(projected: Tensor, { inner, outer, diagonal, bias, slopes }: Factors): Tensor {
    const { units } = this;
    const batch = projected.shape.slice(0, -1);
    const count = sizeOf(batch);
    // One row or matrix for all events, or one for each.
    const rows = (values: Tensor, shape: readonly number[]) =>
      values.rank === shape.length
        ? reshape(values, [1, ...shape])
        : reshape(broadcastTo(values, [...batch, ...shape]), [count, ...shape]);
    const [by, to] = [inner, outer].map((matrix) => rows(matrix, [units, units]));
    const [scales, steepness] = [diagonal, slopes].map((vector) => rows(vector, [units]));
    const rowOf = (matrix: Tensor, i: number) =>
      reshape(slice(matrix, [0, i, 0], [matrix.shape[0], 1, units]), [matrix.shape[0], units]);
    // The rest of Qᵀ·y without the units solved, and their share of R̃·Qᵀ·x + b.
    let rest = reshape(projected, [count, units]);
    let offset: Tensor = add(zeros([count, units]), rows(bias, [units]));
    const solved: Tensor[] = [];
    for (let i = units - 1; i >= 0; i--) {
      const k = add(mul(columnOf(rest, i), columnOf(scales, i)), columnOf(offset, i));
      const slope = columnOf(steepness, i);
      const a = invertTanhUnit(reshape(k, [count]) as Tensor1D, reshape(slope, [slope.size]));
      const h = reshape(tanh(a), [count, 1]);
      rest = sub(rest, mul(h, rowOf(to, i)));
      offset = add(offset, mul(columnOf(rest, i), rowOf(by, i)));
      solved.unshift(h);
    }
    return reshape(concat(solved, 1), projected.shape);
  }

  #factors(context: Tensor | undefined): Factors {
    const [weights, slopes, bias] = underContext(this.#variables, this.network, context);
    const { below, diagonal: raw, above } = this.#triangles.unpack(weights);
    // All columns share the context.
    const columns = this.rotation.forward(eye(this.units, this.dim), context && expandDims(context, -2));
    const diagonal = positive(raw, MIN_SLOPE);
    const steepness = positive(slopes, MIN_SLOPE);
    const inner = this.#triangles.withDiagonal(below, diagonal);
    const outer = this.#triangles.withDiagonal(transposed(above), div(sub(steepness, 1), diagonal));
    return { columns, inner, outer, diagonal, bias, slopes: steepness };
  }
}

/** Matrices as row vectors need them; each of these is `[...contexts, ...]` where it depends on a context. */
interface Factors {
  /** Qᵀ, `[M, D]`. */
  readonly columns: Tensor;
  /** R̃ᵀ, lower triangular. */
  readonly inner: Tensor;
  /** Rᵀ, lower triangular. */
  readonly outer: Tensor;
  /** The diagonal of R̃, `[M]`. */
  readonly diagonal: Tensor;
  /** b, `[M]`. */
  readonly bias: Tensor;
  /** p, `[M]`. */
  readonly slopes: Tensor;
}
