import { add, div, log, mul, neg, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type Key, uniform } from '@pushforward/tensor';

/** How far the pixels are kept from 0 and 1. */
const MARGIN = 1e-6;

/** A share of 256 as a number between the margin and 1 less it. */
const within = (share: Tensor) => add(mul(share, (1 - 2 * MARGIN) / 256), MARGIN);

/**
 * Grey levels g from 0 to 255 as points of the real line: `logit(α + (1 − 2α) x)` with `x = (g + u) / 256`, u uniform in [0, 1) and α = 10⁻⁶.
 *
 * **Numerics**: `1 − x` is taken from `255 − g` and `1 − u`, for at white pixels the rounded x would have lost it.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", section 4.3 and appendix D.
 */
export function logits(greyLevels: Tensor, noise: Key): Tensor {
  return tidy(() => {
    const u = uniform(noise, greyLevels.shape);
    const white = within(add(greyLevels, u));
    const black = within(add(sub(255, greyLevels), sub(1, u)));
    return neg(log(div(black, white)));
  });
}
