import {
  abs,
  add,
  clipByValue,
  div,
  exp,
  greater,
  less,
  log,
  mul,
  neg,
  reciprocal,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  tanh,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions, expm1, key, log1mexp, log1p, type ModuleConfig, uniform, where } from '@pushforward/tensor';
import { polynomial } from '@pushforward/tensor/kernels';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import {
  checkBroadcast,
  checkParameter,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  shapeOf,
  toTensor,
} from '../contract/parameter.js';
import { sampleShape } from '../contract/sample-shape.js';
import { interval, restrictTo, type Support } from '../contract/support.js';

// 2²ᵏ B₂ₖ / (2k (2k)!) for k = 1, 2, …: log(sinh h / h) = Σ cₖ h²ᵏ, whose first term left out is below 10⁻⁹ for |h| < 1.
const SERIES = [
  1 / 6,
  -1 / 180,
  1 / 2835,
  -1 / 37800,
  1 / 467775,
  -691 / 3831077250,
  2 / 127702575,
  -3617 / 2605132530000,
];

// The coefficients, in place of cₖ, of that series' derivatives, over h and 1, and of the entropy.
const FIRST = SERIES.map((coefficient, i) => 2 * (i + 1) * coefficient);
const SECOND = FIRST.map((coefficient, i) => (2 * i + 1) * coefficient);
const ENTROPY = SERIES.map((coefficient, i) => coefficient - FIRST[i]);

/** Logits below which h = logit / 2 goes through the series. */
const SMALL = 2;

/**
 * The continuous Bernoulli distribution of a number from 0 to 1, such as a grey level: with l the logit of λ,
 * `p(x) ∝ λˣ (1 − λ)¹⁻ˣ`, that is, `log p(x) = (x − ½) l − log(sinh(l/2) / (l/2))`.
 *
 * The Bernoulli formula at grey values is no density: it lacks the normaliser, log 2 nats or more for each pixel.
 *
 * **Shapes**: `logits` is the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: next to λ = ½, where the normaliser is 0 over 0, by its series in l; beyond |l| = 2 by forms of which no two terms cancel. Samples
 * are quantiles of uniform numbers, reparameterised in the logits, at l = 0 too.
 *
 * Source: Loaiza-Ganem & Cunningham 2019, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders", equations 6 to 9.
 *
 * @example
 * ```ts
 * import { ContinuousBernoulli } from '@pushforward/distributions';
 *
 * const pixel = new ContinuousBernoulli({ logits: [0, 3] });
 * console.log([...(await pixel.logProb(0.9).data())].map((nats) => nats.toFixed(4)).join(' ')); // 0.0000 0.8497
 * ```
 */
export class ContinuousBernoulli extends Distribution {
  static readonly type: string = 'ContinuousBernoulli';
  static override fromConfig(config: ModuleConfig): ContinuousBernoulli {
    return new ContinuousBernoulli({ logits: parameterFromConfig(config.logits) });
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];
  readonly logits: Parameter;

  constructor(options: { logits: Parameter }) {
    super();
    checkOptions('ContinuousBernoulli', options, ['logits']);
    const { logits } = options;
    checkParameter('ContinuousBernoulli: logits', logits);
    this.logits = logits;
    this.batchShape = shapeOf(logits);
  }

  override get support(): Support {
    return interval(0, 1);
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('ContinuousBernoulli', count), ...this.batchShape];
    // A step of the generator above 0, so that 1 less it is below 1.
    return tidy(() => quantile(toTensor(this.logits), uniform(key(seed), shape, { minval: 2 ** -24 })));
  }

  logProb(x: Tensor | number): Tensor {
    checkBroadcast('ContinuousBernoulli: x', x, this.batchShape);
    return tidy(() => {
      const given = toTensor(x);
      const { isSmall, small, size, isPositive } = this.#sides();
      const near = sub(mul(sub(given, 0.5), small), logNormaliser(small));
      // From the end where the density is largest: (x − ½) l and the normaliser would cancel there.
      const distance = where(isPositive, sub(1, given), given);
      const far = sub(sub(log(size), log1mexp(size)), mul(distance, size));
      return restrictTo(this.support, given, where(isSmall, near, far));
    });
  }

  /** `½ + ½ (coth(l/2) − 2/l)` */
  override mean(): Tensor {
    return tidy(() => {
      const { isSmall, small, size, isPositive } = this.#sides();
      const half = mul(small, 0.5);
      const near = mul(half, polynomial(square(half), FIRST));
      const far = sub(reciprocal(tanh(mul(size, 0.5))), div(2, size));
      const signed = where(isPositive, far, neg(far));
      return add(mul(where(isSmall, near, signed), 0.5), 0.5);
    });
  }

  /** `√(1/l² − 1/(4 sinh²(l/2)))` */
  override stddev(): Tensor {
    return tidy(() => {
      const { isSmall, small, size } = this.#sides();
      const near = mul(polynomial(square(mul(small, 0.5)), SECOND), 0.25);
      // 1 / (4 sinh²(l/2)) without a number that overflows.
      const sinh = div(exp(neg(size)), square(expm1(neg(size))));
      return sqrt(where(isSmall, near, sub(square(reciprocal(size)), sinh)));
    });
  }

  /** `log(sinh(l/2) / (l/2)) − (mean − ½) l` */
  override entropy(): Tensor {
    return tidy(() => {
      const { isSmall, small, size } = this.#sides();
      const squared = square(mul(small, 0.5));
      const near = mul(squared, polynomial(squared, ENTROPY));
      const far = add(sub(log1mexp(size), log(size)), sub(1, div(size, expm1(size))));
      return where(isSmall, near, far);
    });
  }

  override config(): ModuleConfig {
    return { type: ContinuousBernoulli.type, logits: parameterConfig('ContinuousBernoulli: logits', this.logits) };
  }

  /** The logit where its size is below {@link SMALL}, else 0; its size where that is not so, else {@link SMALL}. */
  #sides(): { isSmall: Tensor; small: Tensor; size: Tensor; isPositive: Tensor } {
    const logits = toTensor(this.logits);
    const isSmall = less(abs(logits), SMALL);
    return {
      isSmall,
      small: where(isSmall, logits, scalar(0)),
      size: where(isSmall, scalar(SMALL), abs(logits)),
      isPositive: greater(logits, 0),
    };
  }
}

/** `log(sinh(l/2) / (l/2))` for a small l. */
function logNormaliser(l: Tensor): Tensor {
  const squared = square(mul(l, 0.5));
  return mul(squared, polynomial(squared, SERIES));
}

/** Logits below which a quantile is taken from its series: the next term is below 10⁻⁸. */
const FLAT = 0.01;

/**
 * The x with F(x) = u, `log(1 + u (eˡ − 1)) / l`: for a positive l by way of −l, where nothing overflows, and next to 0 by
 * `u + l (u − u²) / 2 + l² (1 − 2u) (u − u²) / 6`.
 */
function quantile(l: Tensor, u: Tensor): Tensor {
  const isPositive = greater(l, 0);
  const isFlat = less(abs(l), FLAT);
  const slope = where(isFlat, scalar(-1), neg(abs(l)));
  const mirrored = where(isPositive, sub(1, u), u);
  const quotient = div(log1p(mul(mirrored, expm1(slope))), slope);
  const steep = clipByValue(where(isPositive, sub(1, quotient), quotient), 0, 1);
  const flat = where(isFlat, l, scalar(0));
  const middle = mul(sub(u, square(u)), 0.5);
  const bend = mul(mul(flat, middle), add(mul(flat, div(sub(1, mul(u, 2)), 3)), 1));
  return where(isFlat, add(u, bend), steep);
}
