import {
  add,
  fill,
  greater,
  less,
  log,
  logicalOr,
  maximum,
  mul,
  neg,
  sigmoid,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import {
  checkOptions,
  checkInteger,
  checkNumber,
  logSigmoid,
  type ModuleConfig,
  readConfig,
  where,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ScalarBijector } from '../elementary/scalar-bijector.js';

/** Options of {@link PixelSigmoid}. */
export interface PixelSigmoidOptions {
  /** The number of values of a pixel: 0 to `levels − 1`, and after noise from 0 to 1 any number up to `levels`. Default 256. */
  levels?: number;
  /** α: how far the logit stays away from the ends, as a share of the whole. Default 1e-6. */
  alpha?: number;
}

/**
 * From all numbers to those of pixels with noise, `y = levels · (σ(x) − α) / (1 − 2α)`, with log-derivative `log σ(x) + log σ(−x) + log(levels / (1 − 2α))`. Its
 * inverse is the logit of `α + (1 − 2α) y / levels`, in which flows of images are trained.
 *
 * As part of a flow, after all others, it keeps densities in the unit of the pixels: no term has to be added by hand.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: the inverse is finite for every y from 0 to `levels`; it is accurate at both ends, as it takes `levels − y` and not a difference from 1. Beyond the range
 * of `forward` it is NaN.
 *
 * Source: Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", section 4.1; Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for
 * density estimation", appendix D, with α 1e-6 for MNIST and 0.05 for CIFAR-10.
 *
 * @throws Error unless `levels` is an integer of at least 2, and α above 0 and below ½
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { PixelSigmoid } from '@pushforward/bijectors';
 *
 * const pixels = new PixelSigmoid({ levels: 256 });
 * console.log(await pixels.inverse(tf.tensor1d([0, 128, 256])).array()); // about [-13.8155, 0, 13.8155]
 * ```
 */
export class PixelSigmoid extends ScalarBijector {
  static readonly type: string = 'PixelSigmoid';
  static override fromConfig(config: ModuleConfig): PixelSigmoid {
    return new PixelSigmoid(readConfig(config, { levels: 'number', alpha: 'number' }));
  }

  readonly levels: number;
  readonly alpha: number;
  /** By how much a step of the sigmoid is a step of pixels. */
  readonly #stretch: number;

  constructor(options: PixelSigmoidOptions = {}) {
    super();
    checkOptions('PixelSigmoid', options, ['levels', 'alpha']);
    const { levels = 256, alpha = 1e-6 } = options;
    checkInteger('PixelSigmoid: levels', levels, 2);
    checkNumber('PixelSigmoid: alpha', alpha, { above: 0, below: 0.5 });
    this.levels = levels;
    this.alpha = alpha;
    this.#stretch = levels / (1 - 2 * alpha);
  }

  protected map(x: Tensor): ValueAndLogDet {
    return {
      value: mul(sub(sigmoid(x), this.alpha), this.#stretch),
      logDet: add(add(logSigmoid(x), logSigmoid(neg(x))), Math.log(this.#stretch)),
    };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    const { levels, alpha } = this;
    const [below, above] = [y, sub(levels, y)].map((part) => add(mul(part, 1 / this.#stretch), alpha));
    // Every result of forward is inside, also where float32 rounds it to an end or past it.
    const slack = ROUNDING * levels;
    const reach = alpha * this.#stretch + slack;
    const isOutside = logicalOr(less(y, -reach), greater(y, levels + reach));
    const logBelow = log(maximum(below, alpha * ROUNDING));
    const logAbove = log(maximum(above, ROUNDING / 2));
    const nowhere = fill(y.shape, NaN);
    // A NaN is neither outside nor inside, and stays NaN.
    return {
      value: where(isOutside, nowhere, sub(logBelow, logAbove)),
      logDet: where(isOutside, nowhere, neg(add(add(logBelow, logAbove), Math.log(this.#stretch)))),
    };
  }

  override config(): ModuleConfig {
    return { type: PixelSigmoid.type, levels: this.levels, alpha: this.alpha };
  }
}

/** Half a unit in the last place of float32, relative: at the ends the difference from them comes from numbers of the size of α and of `levels`. */
const ROUNDING = 2 ** -24;
