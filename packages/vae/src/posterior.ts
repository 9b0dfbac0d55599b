import { add, exp, mul, neg, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '@pushforward/bijectors';
import { normalDraw, normalLogProb } from '@pushforward/tensor/kernels';
import type { Encoding } from './encoder.js';

/** z and the density that it was drawn with. */
export interface PosteriorDraw {
  /** `[samples, ...batch, L]` */
  readonly z: Tensor;
  /** log q(z|x), in nats, `[samples, ...batch]` */
  readonly logPosterior: Tensor;
}

/** Draws from a Gaussian, or from a flow on top of it, made of standard normal noise `[samples, ...batch, L]`, for use under `tf.tidy`. */
export function drawPosterior(
  { loc, logScale, context }: Encoding,
  flow: Bijector | undefined,
  noise: Tensor,
): PosteriorDraw {
  const gaussian = normalDraw(loc, logScale, noise);
  if (!flow) return { z: gaussian.value, logPosterior: gaussian.logProb };
  const { value, logDet } = flow.forwardAndLogDet(gaussian.value, flow.contextDim > 0 ? context : undefined);
  return { z: value, logPosterior: sub(gaussian.logProb, logDet) };
}

/** log q(z|x) of any z, by the flow's other direction, for use under `tf.tidy`: `[...z batch]`. */
export function posteriorLogProb({ loc, logScale, context }: Encoding, flow: Bijector | undefined, z: Tensor): Tensor {
  const ofGaussian = (value: Tensor) => sum(normalLogProb(mul(sub(value, loc), exp(neg(logScale))), logScale), -1);
  if (!flow) return ofGaussian(z);
  const { value, logDet } = flow.inverseAndLogDet(z, flow.contextDim > 0 ? context : undefined);
  return add(ofGaussian(value), logDet);
}
