import {
  add,
  clipByValue,
  div,
  exp,
  greater,
  less,
  mul,
  neg,
  round,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  checkOptions,
  formatValue,
  log1mexp,
  logSigmoid,
  type ModuleConfig,
  where,
  readConfig,
} from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import { Logistic } from './logistic.js';
import { onFirstAxis } from '../contract/on-first-axis.js';
import {
  checkBroadcast,
  checkParameter,
  checkPositive,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  toTensor,
} from '../contract/parameter.js';
import { grid, restrictTo, type Support } from '../contract/support.js';

/** The grid of a {@link DiscretizedLogistic}. */
export interface DiscretizedLogisticOptions {
  /** The smallest value, which takes the whole lower tail. Default 0. */
  low?: number;
  /** The largest value, which takes the whole upper tail. Default 255. */
  high?: number;
  /** The distance of neighbouring values. Default 1. */
  step?: number;
}

/**
 * A logistic distribution rounded to the grid `low, low + step, …, high`: with F the logistic cumulative distribution,
 * `p(x) = F(x + step/2) − F(x − step/2)`, the lowest value's bin open below and the highest's open above.
 *
 * With `a = (x + step/2 − loc) / scale` and `b = (x − step/2 − loc) / scale`,
 * `log p(x) = log σ(a) + log σ(−b) + log(1 − e^(b − a))`, of which no term cancels, however far x is from `loc`.
 *
 * **Shapes**: `loc` and `scale` broadcast to the batch shape; events are numbers of the grid. **Units**: nats.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", section 5.2.
 *
 * @throws Error unless `high − low` is a positive multiple of a positive `step`; for the parameters as {@link Logistic}
 *
 * @example
 * ```ts
 * import { DiscretizedLogistic } from '@pushforward/distributions';
 *
 * const pixel = new DiscretizedLogistic(127.5, 20);
 * const logProb = await pixel.logProb(127).data();
 * console.log(logProb[0].toFixed(4)); // -4.3822
 * ```
 */
export class DiscretizedLogistic extends Distribution {
  static readonly type: string = 'DiscretizedLogistic';
  static override fromConfig(config: ModuleConfig): DiscretizedLogistic {
    const options = readConfig(config, { low: 'number', high: 'number', step: 'number' });
    return new DiscretizedLogistic(parameterFromConfig(config.loc), parameterFromConfig(config.scale), options);
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];
  readonly low: number;
  readonly high: number;
  readonly step: number;

  constructor(
    readonly loc: Parameter,
    readonly scale: Parameter,
    options: DiscretizedLogisticOptions = {},
  ) {
    super();
    checkOptions('DiscretizedLogistic', options, ['low', 'high', 'step']);
    const { low = 0, high = 255, step = 1 } = options;
    checkParameter('DiscretizedLogistic: loc', loc);
    checkPositive('DiscretizedLogistic: scale', scale);
    for (const [name, value] of Object.entries({ low, high, step })) {
      if (typeof value !== 'number')
        throw new Error(`DiscretizedLogistic: ${name} must be a number, got ${formatValue(value)}`);
    }
    const bins = (high - low) / step;
    if (!(step > 0) || !(bins >= 1 && bins < Infinity) || Math.abs(bins - Math.round(bins)) > 1e-6 * bins) {
      throw new Error(
        `DiscretizedLogistic: high − low must be a positive multiple of step, got low ${low}, high ${high}, step ${step}`,
      );
    }
    this.low = low;
    this.high = high;
    this.step = step;
    this.batchShape = this.#continuous.batchShape;
  }

  /** Anew each time: a variable that is put in another's place belongs to the properties. */
  get #continuous(): Logistic {
    return new Logistic(this.loc, this.scale);
  }

  /** Not differentiable: a rounded number does not move with the parameters. */
  sample(count: number | readonly number[], options?: SampleOptions): Tensor {
    return tidy(() => {
      const bin = round(div(sub(this.#continuous.sample(count, options), this.low), this.step));
      return clipByValue(add(mul(bin, this.step), this.low), this.low, this.high);
    });
  }

  logProb(x: Tensor | number): Tensor {
    checkBroadcast('DiscretizedLogistic: x', x, this.batchShape);
    return tidy(() => {
      const scale = toTensor(this.scale);
      const given = toTensor(x);
      const centred = sub(given, toTensor(this.loc));
      const below = logSigmoid(div(add(centred, this.step / 2), scale));
      const above = logSigmoid(neg(div(sub(centred, this.step / 2), scale)));
      const width = log1mexp(div(this.step, scale));
      // Half a step inside the edges: x may be off its grid value by a rounding error.
      const isLowest = less(given, this.low + this.step / 2);
      const isHighest = greater(given, this.high - this.step / 2);
      const inside = add(add(below, above), width);
      return restrictTo(this.support, given, where(isLowest, below, where(isHighest, above, inside)));
    });
  }

  override get support(): Support {
    return grid(this.low, this.high, this.step);
  }

  /** The grid. */
  get values(): number[] {
    const bins = Math.round((this.high - this.low) / this.step) + 1;
    return Array.from({ length: bins }, (_, i) => this.low + i * this.step);
  }

  /** `Σ x p(x)` over the grid. */
  override mean(): Tensor {
    return tidy(() => this.#expectation((x) => x));
  }

  /** `√(Σ (x − mean)² p(x))` over the grid. */
  override stddev(): Tensor {
    return tidy(() => {
      const center = this.mean();
      return sqrt(this.#expectation((x) => square(sub(x, center))));
    });
  }

  /** `−Σ p(x) log p(x)` over the grid. */
  override entropy(): Tensor {
    return tidy(() => neg(this.#expectation((_, logProb) => logProb)));
  }

  #expectation(of: (x: Tensor, logProb: Tensor) => Tensor): Tensor {
    const x = onFirstAxis(this.values, this.batchShape);
    const logProb = this.logProb(x);
    return sum(mul(exp(logProb), of(x, logProb)), 0);
  }

  override config(): ModuleConfig {
    const { low, high, step } = this;
    return {
      type: DiscretizedLogistic.type,
      loc: parameterConfig('DiscretizedLogistic: loc', this.loc),
      scale: parameterConfig('DiscretizedLogistic: scale', this.scale),
      low,
      high,
      step,
    };
  }
}
