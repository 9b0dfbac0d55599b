import { add, mul, neg, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import { erf, inverseLogNormalCdf, log1mexp, logMillsRatio, logNormalCdf, logSigmoid } from '@pushforward/tensor';

/**
 * A standard distribution of a number that is symmetric around 0, with density f and cumulative distribution function F, in logarithms: in
 * both tails they keep their digits.
 */
export interface MixtureFamily {
  /** Numbers beyond are taken for this one: there `log F` overflows. */
  readonly farthest: number;
  /** `F(u)`, which has no digits left far out. */
  cdf(u: Tensor): Tensor;
  /** `log F(u)`. The logarithm of the upper tail is that of −u. */
  logCdf(u: Tensor): Tensor;
  /** `log (f(u) / F(u))`, the logarithm of the reversed hazard rate. */
  logReversedHazard(u: Tensor): Tensor;
  /** The u with `log F(u) = p`, for p up to about log ½. */
  lowerQuantile(p: Tensor): Tensor;
}

/** Of what distribution the components of a {@link MixtureCdfTransform} are. */
export const MIXTURE_FAMILIES = {
  gaussian: {
    farthest: 1.4e19,
    cdf: (u) => mul(add(erf(mul(u, Math.SQRT1_2)), 1), 0.5),
    logCdf: logNormalCdf,
    logReversedHazard: (u) => neg(logMillsRatio(neg(u))),
    lowerQuantile: inverseLogNormalCdf,
  },
  logistic: {
    farthest: 1e38,
    cdf: sigmoid,
    logCdf: logSigmoid,
    // f = F · (1 − F).
    logReversedHazard: (u) => logSigmoid(neg(u)),
    lowerQuantile: (p) => sub(p, log1mexp(neg(p))),
  },
} as const satisfies Record<string, MixtureFamily>;
