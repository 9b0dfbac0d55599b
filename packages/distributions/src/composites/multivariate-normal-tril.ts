import { abs, add, expandDims, log, mul, sqrt, square, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  broadcastTo,
  checkEvent,
  checkTensor,
  formatShape,
  key,
  type ModuleConfig,
  normal,
  toFloat,
} from '@pushforward/tensor';
import { asLogDensity, HALF_LOG_TWO_PI, standardNormalLogProb } from '@pushforward/tensor/kernels';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import {
  broadcastShapes,
  checkParameter,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  shapeOf,
  toTensor,
} from '../contract/parameter.js';
import { sampleShape } from '../contract/sample-shape.js';
import { diagonalOf, lowerTriangle, solveLowerTriangular } from '../numerics/lower-triangular.js';

/**
 * The normal distribution of a vector with a full covariance `L Lᵀ`, given by its lower triangular factor L, such as Cholesky's:
 * `log p(x) = −½ ‖L⁻¹ (x − loc)‖² − Σ log |Lᵢᵢ| − (D / 2) log 2π`; a sample is `loc + L ε`.
 *
 * **Shapes**: `loc` `[...batch, D]`, `scaleTril` `[...batch, D, D]`, whose batch shapes broadcast; events are `[D]`. **Units**: nats.
 *
 * **Numerics**: what stands above the diagonal of `scaleTril` is not read. No number of the diagonal may be 0; the sign of a whole column does not
 * matter. To train one that keeps a positive diagonal, fill it by `FillTriangular` of `@pushforward/bijectors`. A log-probability takes D
 * steps, whatever the number of events.
 *
 * @throws Error unless `loc` and `scaleTril` are of one D, and broadcast; if a number on the diagonal is 0. Tensors are not read back
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { MultivariateNormalTriL } from '@pushforward/distributions';
 *
 * const distribution = new MultivariateNormalTriL([0, 1], [[1, 0], [0.5, 2]]);
 * const logProb = await distribution.logProb(tf.tensor1d([1, 0])).data();
 * console.log(logProb[0].toFixed(4)); // -3.3123
 * ```
 */
export class MultivariateNormalTriL extends Distribution {
  static readonly type: string = 'MultivariateNormalTriL';
  static override fromConfig(config: ModuleConfig): MultivariateNormalTriL {
    return new MultivariateNormalTriL(parameterFromConfig(config.loc), parameterFromConfig(config.scaleTril));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];

  constructor(
    readonly loc: Parameter,
    readonly scaleTril: Parameter,
  ) {
    super();
    checkParameter('MultivariateNormalTriL: loc', loc);
    checkParameter('MultivariateNormalTriL: scaleTril', scaleTril);
    const [vector, matrix] = [shapeOf(loc), shapeOf(scaleTril)];
    const dim = vector.at(-1);
    if (dim === undefined || dim === 0)
      throw new Error(`MultivariateNormalTriL: loc must be [..., D], got ${formatShape(vector)}`);
    checkEvent('MultivariateNormalTriL: scaleTril', matrix, [dim, dim]);
    checkDiagonal(scaleTril, matrix.length);
    this.batchShape = broadcastShapes('MultivariateNormalTriL', vector.slice(0, -1), matrix.slice(0, -2));
    this.eventShape = [dim];
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('MultivariateNormalTriL', count), ...this.batchShape, ...this.eventShape];
    return tidy(() => this.#move(normal(key(seed), shape)));
  }

  logProb(x: Tensor): Tensor {
    checkTensor('MultivariateNormalTriL: x', x);
    checkEvent('MultivariateNormalTriL: x', x.shape, this.eventShape);
    return tidy(() => {
      const given = toFloat('MultivariateNormalTriL: x', x);
      const centred = sub(given, toTensor(this.loc));
      const standard = solveLowerTriangular(toTensor(this.scaleTril), this.#broadcast(centred));
      return asLogDensity(this.#logDensity(standard), this.#broadcast(given), 1);
    });
  }

  override sampleAndLogProb(
    count: number | readonly number[],
    { seed }: SampleOptions = {},
  ): { value: Tensor; logProb: Tensor } {
    const shape = [...sampleShape('MultivariateNormalTriL', count), ...this.batchShape, ...this.eventShape];
    return tidy(() => {
      const standard = normal(key(seed), shape);
      return { value: this.#move(standard), logProb: this.#logDensity(standard) };
    });
  }

  override mean(): Tensor {
    return tidy(() => broadcastTo(toTensor(this.loc), [...this.batchShape, ...this.eventShape]));
  }

  /** The roots of the diagonal of `L Lᵀ`. */
  override stddev(): Tensor {
    return tidy(() => {
      const rows = sqrt(sum(square(this.#lower()), -1));
      return broadcastTo(rows, [...this.batchShape, ...this.eventShape]);
    });
  }

  /** `(D / 2) (1 + log 2π) + Σ log |Lᵢᵢ|` */
  override entropy(): Tensor {
    return tidy(() => {
      const nats = add(this.#logDeterminant(), this.eventShape[0] * (0.5 + HALF_LOG_TWO_PI));
      return broadcastTo(nats, this.batchShape);
    });
  }

  override config(): ModuleConfig {
    return {
      type: MultivariateNormalTriL.type,
      loc: parameterConfig('MultivariateNormalTriL: loc', this.loc),
      scaleTril: parameterConfig('MultivariateNormalTriL: scaleTril', this.scaleTril),
    };
  }

  /** Log-density of `loc + L · standard`. */
  #logDensity(standard: Tensor): Tensor {
    return sub(standardNormalLogProb(standard, 1), this.#logDeterminant());
  }

  #logDeterminant(): Tensor {
    return sum(log(abs(diagonalOf(toTensor(this.scaleTril)))), -1);
  }

  #lower(): Tensor {
    return lowerTriangle(toTensor(this.scaleTril));
  }

  #move(standard: Tensor): Tensor {
    return add(toTensor(this.loc), sum(mul(this.#lower(), expandDims(standard, -2)), -1));
  }

  /** x with an event for each entry of the batch. */
  #broadcast(x: Tensor): Tensor {
    const own = x.shape.slice(0, -1);
    const batch = broadcastShapes('MultivariateNormalTriL: x', own, this.batchShape);
    return broadcastTo(x, [...batch, ...this.eventShape]);
  }
}

function checkDiagonal(scaleTril: Parameter, rank: number): void {
  if (typeof scaleTril === 'number' || !Array.isArray(scaleTril)) return;
  if (rank > 2) for (const matrix of scaleTril) checkDiagonal(matrix as Parameter, rank - 1);
  else {
    const zero = scaleTril.findIndex((row, i) => !(Math.abs((row as readonly number[])[i]) > 0));
    if (zero < 0) return;
    const found = (scaleTril[zero] as readonly number[])[zero];
    throw new Error(`MultivariateNormalTriL: scaleTril must have no 0 on its diagonal, got ${found} in row ${zero}`);
  }
}
