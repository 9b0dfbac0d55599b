import { add, exp, expandDims, mul, neg, reshape, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type Key, logSumExp, normal, softBound, split } from '@pushforward/tensor';
import { normalLogProb } from '@pushforward/tensor/kernels';
import { categoricalNoise, drawCategories, oneHot } from './categorical.js';

/** Mixtures of M Gaussians, each `[..., M]`. */
// A type, not an interface: `tf.tidy` takes back only what has an implicit index signature.
export type GaussianMixtures = {
  /** Of the weights. */
  logits: Tensor;
  means: Tensor;
  logScales: Tensor;
};

const LOG_SCALE_BOUND = 7;
/** From minus this to this the means start. */
const FARTHEST = 1.5;

/** Mixtures from the outputs of a network: log-scales stay between −7 and 7. */
export function mixturesOf(logits: Tensor, means: Tensor, raw: Tensor): GaussianMixtures {
  return { logits, means, logScales: softBound(raw, LOG_SCALE_BOUND) };
}

/** The means of a mixture of so many Gaussians to start with. */
export function startingMeans(components: number): number[] {
  if (components === 1) return [0];
  return Array.from({ length: components }, (_, i) => FARTHEST * ((2 * i) / (components - 1) - 1));
}

/** `log Σₘ wₘ N(x; μₘ, sₘ²)`, for x `[...]`. */
export function mixtureLogProb(x: Tensor, { logits, means, logScales }: GaussianMixtures): Tensor {
  return tidy(() => {
    const standard = mul(sub(expandDims(x, -1), means), exp(neg(logScales)));
    return sub(logSumExp(add(logits, normalLogProb(standard, logScales)), -1), logSumExp(logits, -1));
  });
}

/** A draw of each of N mixtures `[N, M]`. */
export function drawFromMixtures({ logits, means, logScales }: GaussianMixtures, seed: Key): Tensor {
  return tidy(() => {
    const [ofChoice, ofNumber] = split(seed, 2);
    const [count, components] = logits.shape;
    const chosen = oneHot(drawCategories(logits, categoricalNoise(ofChoice, logits.shape)), components!);
    const [mean, logScale] = [means, logScales].map((part) => sum(mul(reshape(chosen, part.shape), part), 1));
    return add(mean, mul(exp(logScale), normal(ofNumber, [count])));
  });
}
