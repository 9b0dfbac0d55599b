import { div, mean, neg, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { attentionIaf, type Bijector, iaf, lstmIaf } from '@pushforward/bijectors';
import { bernoulli, type Key, split } from '@pushforward/tensor';
import { adam, type Loss, type Optimizer } from '@pushforward/training';
import { BernoulliLikelihood, Mlp, mlpEncoder, Vae } from '@pushforward/vae';
import { attentionBlocks } from '../model/attention-blocks.js';
import type { PosteriorName } from '../model/posteriors.js';
import type { DigitsSettings } from './settings.js';

/** How large an autoencoder of digits is. */
interface VaeSizes {
  latent: number;
  /** Of the encoder and, in reverse, of the decoder. */
  hidden: number[];
  /** How many numbers the encoder hands to the posterior's flow. */
  context: number;
}

/** Makes what a posterior puts on top of the encoder's Gaussian. */
type MakeFlow = (options: { dim: number; contextDim: number; seed: Key }) => Bijector;

/**
 * An autoencoder of binarised digits. With any posterior the hidden layers of the encoder and the whole decoder are of the same size and start with
 * the same weights; only flows take a context.
 */
export function digitsVae(
  { latent, hidden, context }: VaeSizes,
  dataDim: number,
  makeFlow: MakeFlow | undefined,
  key: Key,
): Vae {
  const [encoderKey, decoderKey, flowKey] = split(key, 3);
  const contextDim = makeFlow ? context : 0;
  return new Vae({
    encoder: mlpEncoder({ dataDim, latentDim: latent, contextDim, hidden, seed: encoderKey }),
    posterior: makeFlow?.({ dim: latent, contextDim, seed: flowKey }),
    likelihood: new BernoulliLikelihood(
      new Mlp({ inputDim: latent, hidden: hidden.toReversed(), outputDim: dataDim, seed: decoderKey }),
    ),
  });
}

const FLOWS: Record<Exclude<PosteriorName, 'gaussian'>, (settings: DigitsSettings) => MakeFlow> = {
  iaf: ({ transforms, flowHidden }) => {
    return (options) => iaf({ ...options, transforms, hidden: flowHidden });
  },
  'lstm-iaf': ({ transforms, flowHidden }) => {
    return (options) => lstmIaf({ ...options, transforms, hidden: flowHidden });
  },
  'attention-iaf': ({ transforms, flowHidden }) => {
    return (options) => attentionIaf({ ...options, transforms, ...attentionBlocks(flowHidden) });
  },
};

/** The autoencoder of the main job. */
export function buildVae(settings: DigitsSettings, posterior: PosteriorName, dataDim: number, key: Key): Vae {
  return digitsVae(settings, dataDim, posterior === 'gaussian' ? undefined : FLOWS[posterior](settings), key);
}

/** Pixels drawn anew, each white with the probability that its grey level from 0 to 255 says: dynamic binarisation. */
export function binarise(greyLevels: Tensor, key: Key): Tensor {
  return tidy(() => bernoulli(key, div(greyLevels, 255)));
}

/** The mean negative ELBO of a batch of grey levels, in nats. */
export function negativeElbo(vae: Vae): Loss<Tensor> {
  return (greyLevels, { seed: key }) => {
    const [pixelKey, latentKey] = split(key, 2);
    return neg(mean(vae.elbo(binarise(greyLevels, pixelKey), { seed: latentKey }).elbo));
  };
}

/** Adam at a constant rate, whose averaged weights are the ones kept: they are better by a nat than the last ones, and no schedule has to know the end. */
export function digitsOptimizer({ lr }: DigitsSettings): Optimizer {
  return adam({ learningRate: lr, clipNorm: 200, ema: 0.998 });
}
