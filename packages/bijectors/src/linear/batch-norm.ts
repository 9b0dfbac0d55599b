import {
  add,
  div,
  exp,
  keep,
  log,
  mul,
  neg,
  reshape,
  square,
  stack,
  sub,
  type Tensor,
  tensor1d,
  tidy,
  type Variable,
  ones,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  checkInteger,
  checkNumber,
  checkNumbers,
  makeVariable,
  type Module,
  type ModuleConfig,
  readConfig,
  sum,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

/** Options of {@link BatchNorm}. */
export interface BatchNormOptions {
  /** D, the length of the vectors. */
  dim: number;
  /** ε, what is added to variances, above 0. Default 1e-5. */
  epsilon?: number;
}

/** The layers that take the mean and the variance of the batch at hand. */
const normalizing = new WeakSet<BatchNorm>();

/** The layers whose statistics are being computed: the first of them that is reached ends the pass by throwing {@link Reached}. */
export const measured = new WeakSet<BatchNorm>();

/**
 * Batch normalisation as a layer of a flow, on the way from data y to base x:
 *
 * `x = (y − mean) / √(variance + ε) · exp(logScale) + loc` for each dimension, with log-determinant `Σ (logScaleᵢ − ½ log(varianceᵢ + ε))`.
 *
 * In training, mean and variance are those of the batch, and gradients flow through them: so it is under {@link withBatchStatistics}, in which
 * `fit` runs the steps of `maximumLikelihood`. Everywhere else they are those of the whole training data, which `fitBatchNorm` computes; `fit` calls
 * it at the end of every epoch, before validation. They are saved with the weights. Between the layers of a flow, it keeps
 * deep ones trainable.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: logScale is unbounded: it overflows beyond ±88.
 *
 * Source: Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", section 3.7; Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive
 * flow for density estimation", appendix B, for the statistics of the whole training data.
 *
 * @throws Error if an option is out of range; if it is evaluated before its statistics were computed; if a batch of training has one event
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { BatchNorm, fitBatchNorm } from '@pushforward/bijectors';
 *
 * const norm = new BatchNorm({ dim: 2 });
 * const data = tf.tensor2d([[1, 10], [3, 30]]);
 * await fitBatchNorm(norm, (batch) => norm.inverse(batch), () => [data]);
 * console.log(await norm.inverse(data).array()); // about [[-1, -1], [1, 1]]
 * ```
 */
export class BatchNorm extends Bijector {
  static readonly type: string = 'BatchNorm';
  static override fromConfig(config: ModuleConfig): BatchNorm {
    const { hasStatistics, ...options } = readConfig(config, {
      dim: 'number',
      epsilon: 'number',
      hasStatistics: 'boolean',
    });
    const norm = new BatchNorm(options);
    norm.#hasStatistics = hasStatistics;
    return norm;
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  readonly dim: number;
  readonly epsilon: number;
  /** `[D]`, trainable, in nats. */
  readonly logScale: Variable;
  /** `[D]`, trainable. */
  readonly loc: Variable;
  /** That of the training data, `[D]`; not trainable. */
  readonly mean: Variable;
  /** That of the training data, `[D]`; not trainable. */
  readonly variance: Variable;
  #hasStatistics = false;

  constructor(options: BatchNormOptions) {
    super();
    checkOptions('BatchNorm', options, ['dim', 'epsilon']);
    const { dim, epsilon = 1e-5 } = options;
    checkInteger('BatchNorm: dim', dim, 1);
    checkNumber('BatchNorm: epsilon', epsilon, { above: 0 });
    this.dim = dim;
    this.eventShape = [dim];
    this.epsilon = epsilon;
    this.logScale = makeVariable([dim], () => zeros([dim]));
    this.loc = makeVariable([dim], () => zeros([dim]));
    this.mean = makeVariable([dim], () => zeros([dim]), { trainable: false });
    this.variance = makeVariable([dim], () => ones([dim]), { trainable: false });
  }

  /** Whether {@link mean} and {@link variance} are those of data. */
  get hasStatistics(): boolean {
    return this.#hasStatistics;
  }

  /**
   * Sets the mean and the variance by which it normalises outside of training.
   *
   * @param mean D numbers
   * @param variance D numbers
   */
  assignStatistics(mean: readonly number[], variance: readonly number[]): void {
    checkNumbers('BatchNorm: mean', mean, this.dim);
    checkNumbers('BatchNorm: variance', variance, this.dim);
    tidy(() => {
      this.mean.assign(tensor1d([...mean]));
      this.variance.assign(tensor1d([...variance]));
    });
    this.#hasStatistics = true;
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch } = admit({ name: 'BatchNorm', x, event: [this.dim], context });
      const { mean, logScale } = this.#stored();
      return {
        value: add(mul(sub(given, this.loc), exp(neg(logScale))), mean),
        logDet: sub(zeros([...batch]), sum(logScale)),
      };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch } = admit({ name: 'BatchNorm', argument: 'y', x: y, event: [this.dim], context });
      if (measured.has(this)) throw new Reached(this, given);
      const { mean, logScale } = normalizing.has(this) ? this.#ofBatch(given) : this.#stored();
      return {
        value: add(mul(sub(given, mean), exp(logScale)), this.loc),
        logDet: add(zeros([...batch]), sum(logScale)),
      };
    });
  }

  override config(): ModuleConfig {
    return { type: BatchNorm.type, dim: this.dim, epsilon: this.epsilon, hasStatistics: this.#hasStatistics };
  }

  #stored(): { mean: Tensor; logScale: Tensor } {
    if (!this.#hasStatistics)
      throw new Error(
        'BatchNorm: mean and variance must be those of the training data, got none yet: call fitBatchNorm, or train with fit and maximumLikelihood',
      );
    return { mean: this.mean, logScale: this.#logScaleFor(this.variance) };
  }

  #ofBatch(y: Tensor): { mean: Tensor; logScale: Tensor } {
    const { count, mean, squares } = momentsOf(y, this.dim);
    if (count < 2) throw new Error(`BatchNorm: y must hold at least 2 events in training, got ${count}`);
    return { mean, logScale: this.#logScaleFor(div(squares, count)) };
  }

  #logScaleFor(variance: Tensor): Tensor {
    return sub(this.logScale, mul(log(add(variance, this.epsilon)), 0.5));
  }
}

/** The number of vectors, their mean, and the sum of their squared distances from it. */
function momentsOf(y: Tensor, dim: number): { count: number; mean: Tensor; squares: Tensor } {
  const rows = reshape(y, [-1, dim]);
  const [count] = rows.shape;
  const mean = div(sum(rows, 0), count);
  return { count, mean, squares: sum(square(sub(rows, mean)), 0) };
}

/** Ends a pass where a layer is reached whose statistics are being computed, and brings those of the batch along. */
export class Reached extends Error {
  readonly count: number;
  /** Their mean and the sum of their squared distances from it, `[2, D]`, for whoever catches it to free. */
  readonly moments: Tensor;

  constructor(
    readonly layer: BatchNorm,
    y: Tensor,
  ) {
    super('BatchNorm: its statistics are being computed');
    const { count, mean, squares } = momentsOf(y, layer.dim);
    this.count = count;
    this.moments = keep(stack([mean, squares]));
  }
}

/** Every {@link BatchNorm} inside a module. */
export function batchNormsIn(module: Module): BatchNorm[] {
  return [...new Set(module.modulePaths().values())].filter((part) => part instanceof BatchNorm);
}

/**
 * Runs an action, a step of training with its gradients, in which every {@link BatchNorm} inside a module normalises by the mean and the
 * variance of the batch that reaches it, on the way from data to base.
 *
 * @returns what the action returns
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { BatchNorm, withBatchStatistics } from '@pushforward/bijectors';
 *
 * const norm = new BatchNorm({ dim: 1 });
 * const value = withBatchStatistics(norm, () => norm.inverse(tf.tensor2d([[1], [3]])));
 * console.log(await value.array()); // about [[-1], [1]]
 * ```
 */
export function withBatchStatistics<T>(module: Module, action: () => T): T {
  const layers = batchNormsIn(module).filter((layer) => !normalizing.has(layer));
  for (const layer of layers) normalizing.add(layer);
  try {
    return action();
  } finally {
    for (const layer of layers) normalizing.delete(layer);
  }
}
