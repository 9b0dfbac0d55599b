import { add, sub, type Tensor } from '@tensorflow/tfjs-core';
import { stopGradient } from '@pushforward/tensor';
import type { LatentVariableModel } from '../latent-variable-model.js';

/**
 * log q(z_l|z_<l, x) of each layer, whose gradient flows through z alone, for use under `tf.tidy`: that of the densities' own parameters at a fixed z, the score,
 * has an expectation of 0 and is left out.
 *
 * With the same density at a z without gradient taken away and given back as a constant, the score cancels, and the value stays.
 */
export function pathLogPosteriors<Encoding>(
  model: LatentVariableModel<Encoding>,
  encoding: Encoding,
  z: Tensor,
): Tensor[] {
  const atFixed = model.layerLogPosteriors(encoding, stopGradient(z));
  return model
    .layerLogPosteriors(encoding, z)
    .map((logPosterior, l) => add(sub(logPosterior, atFixed[l]), stopGradient(atFixed[l])));
}
