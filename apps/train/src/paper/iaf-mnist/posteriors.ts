import { type Bijector, iaf, LuLinear, ShiftTransform } from '@pushforward/bijectors';
import type { Key } from '@pushforward/tensor';

/** What a posterior's flow is built from. */
export interface PosteriorOptions {
  dim: number;
  contextDim: number;
  hidden: number[];
  seed: Key;
}

/** What each posterior of the table puts on top of the encoder's Gaussian; nothing for the diagonal one. */
export const posteriors: Readonly<Record<string, ((options: PosteriorOptions) => Bijector) | undefined>> = {
  diagonal: undefined,
  'full-covariance': (options) => new LuLinear(options),
  'location-only': (options) => iaf({ ...options, transforms: 2, transform: new ShiftTransform() }),
  iaf: (options) => iaf({ ...options, transforms: 2 }),
};
