import { div, mean, neg, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { attentionIaf, type Bijector, iaf, lstmIaf } from '@pushforward/bijectors';
import { bernoulli, type Key, split } from '@pushforward/tensor';
import { adam, type Loss, type Optimizer } from '@pushforward/training';
import { BernoulliLikelihood, Mlp, mlpEncoder, Vae } from '@pushforward/vae';
import { attentionBlocks } from '../model/attention-blocks.js';
import type { DigitsSettings, PosteriorName } from './settings.js';

const POSTERIORS: Record<
  PosteriorName,
  (options: { dim: number; context: number; transforms: number; hidden: number[]; seed: Key }) => Bijector | undefined
> = {
  gaussian: () => undefined,
  iaf,
  'lstm-iaf': lstmIaf,
  'attention-iaf': ({ hidden, ...options }) => attentionIaf({ ...options, ...attentionBlocks(hidden) }),
};

/**
 * The autoencoder of the main job. With either posterior the hidden layers of the encoder and the whole decoder are of the same size and start with
 * the same weights; only the flows take a context.
 */
export function buildVae(settings: DigitsSettings, posterior: PosteriorName, dataDim: number, key: Key): Vae {
  const [encoderKey, decoderKey, flowKey] = split(key, 3);
  const { latent, hidden, context, transforms, flowHidden } = settings;
  return new Vae({
    encoder: mlpEncoder({
      dataDim,
      latentDim: latent,
      contextDim: posterior === 'gaussian' ? 0 : context,
      hidden,
      seed: encoderKey,
    }),
    posterior: POSTERIORS[posterior]({ dim: latent, context, transforms, hidden: flowHidden, seed: flowKey }),
    likelihood: new BernoulliLikelihood(
      new Mlp({ inputDim: latent, hidden: hidden.toReversed(), outputDim: dataDim, seed: decoderKey }),
    ),
  });
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
