import { add, sub, type Tensor } from '@tensorflow/tfjs-core';
import { stopGradient } from '@pushforward/tensor';
import type { Encoding } from '../encoder.js';
import type { Vae } from '../vae.js';

/**
 * log q(z|x) whose gradient flows through z alone, for use under `tf.tidy`: that of the density's own parameters at a fixed z, the score, has an
 * expectation of 0 and is left out.
 *
 * With the same density at a z without gradient taken away and given back as a constant, the score cancels, and the value stays.
 */
export function pathLogPosterior(vae: Vae, encoding: Encoding, z: Tensor): Tensor {
  const atFixed = vae.posteriorLogProb(encoding, stopGradient(z));
  return add(sub(vae.posteriorLogProb(encoding, z), atFixed), stopGradient(atFixed));
}
