import {
  abs,
  add,
  div,
  exp,
  greater,
  log,
  maximum,
  mul,
  neg,
  reciprocal,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  tidy,
  unstack,
} from '@tensorflow/tfjs-core';
import { broadcastTo, expm1, type Key, log1p, type ModuleConfig, normal, where } from '@pushforward/tensor';
import { digammaHalfStep, HALF_LOG_TWO_PI, lgammaHalfStep } from '@pushforward/tensor/kernels';
import {
  checkParameter,
  checkPositive,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  shapeOf,
  toTensor,
} from '../contract/parameter.js';
import { LocationScale } from './location-scale.js';

/**
 * Student's t distribution of a number, whose tails are those of a power: with `z = (x − loc) / scale` and ν = `df` degrees of freedom,
 * `log p(x) = log Γ((ν + 1) / 2) − log Γ(ν / 2) − ½ log νπ − log scale − (ν + 1) / 2 · log(1 + z² / ν)`.
 *
 * A sample is reparameterised, in `df` too: of two independent standard normal numbers a and b it is
 * `z = a √((e^q − 1) / q)` with `q = (a² + b²) / ν`, which becomes a itself as ν grows.
 *
 * **Shapes**: `df`, `loc` and `scale` broadcast to the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: the normaliser is computed as what it differs by from that of the normal distribution, so that the density is good to 10⁻⁶
 * for any ν; far tails do not overflow. With `df` below 0.31 a sample may overflow to ±∞. The mean is NaN where `df` is at most 1; the
 * standard deviation is ∞ where it is at most 2, and NaN where it is at most 1.
 *
 * Source: Bailey 1994, "Polar generation of random variates with the t-distribution", for the samples.
 *
 * @throws Error if the parameters do not broadcast, or a number given as `df` or `scale` is not positive; a tensor is not read back to check it
 *
 * @example
 * ```ts
 * import { StudentT } from '@pushforward/distributions';
 *
 * const logProb = await new StudentT(3, 0, 1).logProb(2).data();
 * console.log(logProb[0].toFixed(4)); // -2.6955
 * ```
 */
export class StudentT extends LocationScale {
  static readonly type: string = 'StudentT';
  static override fromConfig(config: ModuleConfig): StudentT {
    const [df, loc, scale] = [config.df, config.loc, config.scale].map(parameterFromConfig);
    return new StudentT(df, loc, scale);
  }

  /** @param df ν, the degrees of freedom, positive and finite */
  constructor(
    readonly df: Parameter,
    loc: Parameter,
    scale: Parameter,
  ) {
    checkParameter('StudentT: df', df);
    super('StudentT', loc, scale, shapeOf(df));
    checkPositive('StudentT: df', df);
  }

  protected get deviation(): Tensor {
    const df = toTensor(this.df);
    const hasVariance = greater(df, 2);
    // Within range where there is no variance, so that the gradient is finite.
    const safe = where(hasVariance, df, scalar(3));
    const without = where(greater(df, 1), scalar(Infinity), scalar(NaN));
    return where(hasVariance, sqrt(div(safe, sub(safe, 2))), without);
  }

  protected get nats(): Tensor {
    const half = mul(toTensor(this.df), 0.5);
    const spread = mul(add(half, 0.5), digammaHalfStep(half));
    return add(sub(spread, lgammaHalfStep(half)), HALF_LOG_TWO_PI);
  }

  protected draw(key: Key, shape: readonly number[]): Tensor {
    const [a, b] = unstack(normal(key, [2, ...shape]));
    // 0 only where ν is beyond 10²⁵; any small number then gives the normal one.
    const q = maximum(div(add(square(a), square(b)), toTensor(this.df)), 1e-30);
    // √(e^q − 1) with e^(q / 2) taken out, which overflows later.
    return mul(mul(a, exp(mul(q, 0.5))), sqrt(div(neg(expm1(neg(q))), q)));
  }

  protected logDensity(standard: Tensor, logScale: Tensor): Tensor {
    const df = toTensor(this.df);
    const ratio = div(abs(standard), sqrt(df));
    // log(1 + ratio²), by 1/ratio where its square could overflow; each form is given numbers of its own side only.
    const isFar = greater(ratio, 1);
    const near = where(isFar, scalar(0), ratio);
    const far = where(isFar, ratio, scalar(1));
    const power = where(isFar, add(mul(log(far), 2), log1p(square(reciprocal(far)))), log1p(square(near)));
    const normaliser = sub(sub(lgammaHalfStep(mul(df, 0.5)), HALF_LOG_TWO_PI), logScale);
    return sub(normaliser, mul(mul(add(df, 1), 0.5), power));
  }

  override mean(): Tensor {
    return tidy(() => {
      const loc = broadcastTo(toTensor(this.loc), this.batchShape);
      return where(greater(toTensor(this.df), 1), loc, scalar(NaN));
    });
  }

  override config(): ModuleConfig {
    return { ...super.config(), df: parameterConfig('StudentT: df', this.df) };
  }
}
