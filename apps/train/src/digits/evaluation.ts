import type { Digits } from '../data/digits/images.js';
import { type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { foldIn, type Key, split } from '@pushforward/tensor';
import type { Vae } from '@pushforward/vae';
import { checkInterrupted, type Host } from '../terminal/host.js';
import { binarise } from './model.js';

/** How good a model is, digit by digit, in nats. */
export interface DigitScores {
  elbo: Float64Array;
  logLikelihood: Float64Array;
}

const CHUNK = 100;
const ELBO_SAMPLES = 10;

/**
 * The ELBO and the importance-weighted bound of log p(x) of every digit, binarised once. The same key gives every model the same
 * pixels, so that differences between models can be taken digit by digit.
 */
export async function scoreDigits(
  host: Host,
  vae: Vae,
  digits: Digits,
  samples: number,
  key: Key,
): Promise<DigitScores> {
  const scores = { elbo: new Float64Array(digits.count), logLikelihood: new Float64Array(digits.count) };
  for (let start = 0; start < digits.count; start += CHUNK) {
    const end = Math.min(start + CHUNK, digits.count);
    const [pixelKey, elboKey, likelihoodKey] = split(foldIn(key, start), 3);
    const [elbo, logLikelihood] = tidy(() => {
      const x = binarise(greyLevels(digits, start, end), pixelKey);
      return [
        vae.elbo(x, { samples: ELBO_SAMPLES, seed: elboKey }).elbo,
        vae.logLikelihood(x, { samples, seed: likelihoodKey }),
      ];
    });
    scores.elbo.set(await elbo.data(), start);
    scores.logLikelihood.set(await logLikelihood.data(), start);
    elbo.dispose();
    logLikelihood.dispose();
    // Without a pause no signal could arrive between two chunks.
    await new Promise((resolve) => setImmediate(resolve));
    checkInterrupted(host);
  }
  return scores;
}

/** The grey levels of some digits, `[end − start, height · width]`. */
export function greyLevels({ pixels, height, width }: Digits, start: number, end: number): Tensor {
  const size = height * width;
  return tensor2d(pixels.subarray(start * size, end * size), [end - start, size], 'int32');
}
