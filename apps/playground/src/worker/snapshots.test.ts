import { tensor, tensor2d } from '@tensorflow/tfjs-core';
import { nsf } from '@pushforward/bijectors';
import { maximumLikelihood, StandardNormal, Transformed } from '@pushforward/distributions';
import { key, normal } from '@pushforward/tensor';
import { adam, fit } from '@pushforward/training';
import { expect, test } from 'vitest';
import { Snapshots } from './snapshots.js';

test('a snapshot gives a copy of the module the weights of its step', async () => {
  const flow = new Transformed(new StandardNormal(2), nsf({ dim: 2, transforms: 2, hidden: [8], seed: 0 }));
  const past = flow.clone();
  const snapshots = new Snapshots(flow, 20);
  const point = tensor2d([[0.5, -1]]);
  const seen: number[] = [];
  await fit(maximumLikelihood(flow), normal(key(0), [64, 2]), {
    optimizer: adam({ learningRate: 0.05 }),
    steps: 20,
    seed: 0,
    onStep: async ({ step }) => {
      if (!snapshots.isDue(step)) return;
      await snapshots.keep(flow, step);
      seen.push((await flow.logProb(point).data())[0]);
    },
  });
  const again: number[] = [];
  for (let i = 0; i < snapshots.count; i++) {
    snapshots.assign(i, past, (values, shape) => tensor(values, shape));
    again.push((await past.logProb(point).data())[0]);
  }
  expect(snapshots.count).toBe(20);
  expect(new Set(seen).size).toBe(20);
  expect(again).toEqual(seen);
});
