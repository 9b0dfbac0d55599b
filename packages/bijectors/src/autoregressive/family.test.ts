import { type Conditioner, Made } from '@pushforward/made';
import { representatives } from '@pushforward/tensor/testing';
import { describe, test } from 'vitest';
import { Autoregressive, type Direction } from './autoregressive.js';
import { AttentionConditioner } from './attention/attention-conditioner.js';
import { LstmConditioner } from './lstm/lstm-conditioner.js';
import type { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { CircularSplineTransform } from '../elementwise/spline/circular-spline.js';
import { GateTransform } from '../elementwise/affine/gate.js';
import { MixtureCdfTransform } from '../elementwise/mixture-cdf.js';
import { RationalQuadraticSplineTransform } from '../elementwise/spline/rational-quadratic-spline.js';
import { ShiftTransform } from '../elementwise/affine/shift.js';
import { SigmoidalTransform } from '../elementwise/sigmoidal.js';
import { SoftclipAffineTransform } from '../elementwise/affine/softclip-affine.js';
import { SoftplusAffineTransform } from '../elementwise/affine/softplus-affine.js';

type Options = {
  dim: number;
  parameterCount: number;
  contextDim: number;
  order: number[];
  initialParameters: readonly number[];
  seed: number;
};

const CONDITIONERS: Record<string, (options: Options) => Conditioner> = {
  MADE: (options) => new Made({ ...options, hidden: [12], activation: 'tanh' }),
  'residual MADE': (options) => new Made({ ...options, hidden: [12, 6], residual: true, activation: 'tanh' }),
  LSTM: (options) => new LstmConditioner({ ...options, hidden: [4] }),
  attention: (options) => new AttentionConditioner({ ...options, width: 4, heads: 2, blocks: 1 }),
};

const TRANSFORMS: Record<string, () => ElementwiseTransform> = {
  shift: () => new ShiftTransform(),
  affine: () => new AffineTransform(),
  'softclip affine': () => new SoftclipAffineTransform(),
  'softplus affine': () => new SoftplusAffineTransform(),
  gate: () => new GateTransform(),
  'rational-quadratic spline': () => new RationalQuadraticSplineTransform({ bins: 3, bound: 3 }),
  'circular spline': () => new CircularSplineTransform({ bins: 3 }),
  'deep sigmoidal': () => new SigmoidalTransform({ units: 2 }),
  'Gaussian mixture': () => new MixtureCdfTransform({ family: 'gaussian', components: 2 }),
  'logistic mixture': () => new MixtureCdfTransform({ family: 'logistic', components: 2, affine: true }),
};

const DIRECTIONS: Direction[] = ['forward', 'inverse'];

/** Whose inverse is a search, whose laws take as long as those of all the others together; each with the conditioners named. */
const SEARCHING: Record<string, string[]> = {
  'deep sigmoidal': ['MADE', 'LSTM'],
  'Gaussian mixture': ['MADE'],
  'logistic mixture': ['residual MADE', 'LSTM', 'attention'],
};

// Every conditioner with every transform, and each of both in either direction; of those that search, some conditioners.
const cases = Object.keys(CONDITIONERS).flatMap((conditioner, c) =>
  Object.keys(TRANSFORMS)
    .map((transform, t) => ({ conditioner, transform, direction: DIRECTIONS[(c + t) % 2] }))
    .filter(({ transform }) => SEARCHING[transform]?.includes(conditioner) ?? true),
);

describe('every conditioner under every transform, parallel in either direction', () => {
  test.each(representatives(cases))(
    '$conditioner, $transform, $direction: the laws',
    async ({ conditioner, transform, direction }) => {
      const make = () => {
        const part = TRANSFORMS[transform]();
        const { parameterCount, identityParameters } = part;
        const options = {
          dim: 3,
          parameterCount,
          contextDim: 2,
          order: [1, 2, 0],
          initialParameters: identityParameters,
          seed: 0,
        };
        return new Autoregressive(CONDITIONERS[conditioner](options), part, direction);
      };
      await checkBijector(make, { eventShape: [3], noise: 0.2, steps: 2 });
    },
  );
});
