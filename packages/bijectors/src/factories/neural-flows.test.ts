import { tensor2d, zeros } from '@tensorflow/tfjs-core';
import { madeModules } from '@pushforward/made';
import { buildModule, key, normal } from '@pushforward/tensor';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import type { Autoregressive } from '../autoregressive/autoregressive.js';
import { Coupling } from '../coupling/coupling.js';
import { bijectorModules } from '../modules.js';
import { flowPlusPlus } from './flow-plus-plus.js';
import { madeMog, mafMog } from './mog.js';
import { naf } from './naf.js';
import { nsf } from './nsf.js';
import { checkBijector } from '../testing/index.js';
import { InvertTransform } from '../elementwise/invert.js';
import { MixtureCdfTransform } from '../elementwise/mixture-cdf.js';
import { RationalQuadraticSplineTransform } from '../elementwise/spline/rational-quadratic-spline.js';
import { SigmoidalTransform } from '../elementwise/sigmoidal.js';

const shared = { dim: 3, transforms: 2, hidden: [8], activation: 'tanh', seed: 0 } as const;
const { transforms: _, ...single } = shared;
const FLOWS = {
  'nsf of autoregressive layers': (context: number) => nsf({ ...shared, contextDim: context, bins: 3, bound: 3 }),
  'nsf of coupling layers': (context: number) =>
    nsf({ ...shared, contextDim: context, bins: 3, bound: 3, layers: 'coupling' }),
  naf: (context: number) => naf({ ...shared, transforms: 1, contextDim: context, units: 2 }),
  madeMog: (context: number) => madeMog({ ...single, contextDim: context, components: 2 }),
  flowPlusPlus: (context: number) => flowPlusPlus({ ...shared, contextDim: context, components: 2 }),
};
const names = Object.keys(FLOWS) as (keyof typeof FLOWS)[];

test.each(representatives(names.flatMap((name) => [0, 2].map((context) => ({ name, context })))))(
  '$name, context $context: the laws',
  async ({ name, context }) => {
    await checkBijector(() => FLOWS[name](context), { eventShape: [3], noise: 0.2, steps: 2 });
  },
);

describe.each(names)('%s', (name) => {
  test('starts at the identity', async () => {
    const x = normal(key(1), [10, 3]);
    const { value, logDet } = FLOWS[name](0).inverseAndLogDet(x);
    await expect(value).toBeAllClose(x, { atol: 1e-5 });
    await expect(logDet).toBeAllClose(zeros([10]), { atol: 1e-5 });
  });

  test('is rebuilt from its configuration', () => {
    const config = FLOWS[name](2).config();
    expect(buildModule(JSON.parse(JSON.stringify(config)), [...madeModules, ...bijectorModules]).config()).toEqual(
      config,
    );
  });
});

test('options reach the transforms', () => {
  const [spline] = nsf({ ...shared, bins: 5, bound: 7 }).parts as Autoregressive[];
  expect(spline.transform.config()).toEqual(new RationalQuadraticSplineTransform({ bins: 5, bound: 7 }).config());
  const [coupling] = nsf({ ...shared, bins: 5, layers: 'coupling' }).parts as Coupling[];
  expect(coupling).toBeInstanceOf(Coupling);
  const [sigmoidal] = naf({ ...shared, units: 5 }).parts as Autoregressive[];
  expect(sigmoidal.transform.config()).toEqual(new InvertTransform(new SigmoidalTransform({ units: 5 })).config());
  const [mixture, affine] = mafMog({ ...shared, components: 5 }).parts as Autoregressive[];
  const gaussians = new InvertTransform(new MixtureCdfTransform({ family: 'gaussian', components: 5 }));
  expect(mixture.transform.config()).toEqual(gaussians.config());
  expect(affine.transform.config().type).toBe('AffineTransform');
  expect(mafMog(shared).parts).toHaveLength(shared.transforms + 1);
  const [only, ...others] = madeMog({ ...single, components: 5 }).parts as Autoregressive[];
  expect(only.transform.config()).toEqual(gaussians.config());
  expect(others).toEqual([]);
  const [logistics] = flowPlusPlus({ ...shared, components: 5 }).parts as Coupling[];
  expect(logistics.transform.config()).toEqual(
    new InvertTransform(new MixtureCdfTransform({ components: 5, affine: true })).config(),
  );
});

test('errors name the flow', () => {
  expect(() => mafMog({ dim: 2, components: 0 })).toThrow('mafMog: components must be an integer of at least 1, got 0');
  expect(() => madeMog({ dim: 0 })).toThrow('madeMog: dim must be an integer of at least 1, got 0');
  expect(() => nsf({ dim: 2, layers: 'spline' as 'coupling' })).toThrow(
    "nsf: layers must be 'autoregressive' or 'coupling', got 'spline'",
  );
  expect(() => nsf({ dim: 0 })).toThrow('nsf: dim must be an integer of at least 1, got 0');
  expect(() => nsf({ dim: 2, transforms: 0, layers: 'coupling' })).toThrow(
    'nsf: transforms must be an integer of at least 1, got 0',
  );
  expect(() => naf({ dim: 3, seed: 0 }).inverse(tensor2d([[1, 2]]))).toThrow('naf: y must be [..., 3], got [1, 2]');
});

test('options that would do nothing are refused, by types and when run', () => {
  const graph = [
    [0, 0],
    [1, 0],
  ];
  // @ts-expect-error: coupling layers have no graph
  expect(() => nsf({ dim: 2, layers: 'coupling', graph, seed: 0 })).toThrow(
    "nsf: graph must be left out where layers is 'coupling'",
  );
});
