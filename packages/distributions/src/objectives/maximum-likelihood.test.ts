import { mean, neg, ones, tensor2d } from '@tensorflow/tfjs-core';
import { maf } from '@pushforward/bijectors';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { StandardNormal } from '../bases/standard-normal.js';
import { Transformed } from '../composites/transformed.js';
import { maximumLikelihood } from './maximum-likelihood.js';

describe('maximumLikelihood', () => {
  test('is minus the mean log-density, and carries the distribution', async () => {
    const flow = new Transformed(new StandardNormal(2), maf({ dim: 2, hidden: [4], transforms: 1, seed: 0 }));
    const objective = maximumLikelihood(flow);
    const x = normal(key(0), [10, 2]);
    expect(objective.module).toBe(flow);
    await expect(objective(x)).toBeAllClose(neg(mean(flow.logProb(x))), { atol: 0, rtol: 0 });
    flow.dispose();
  });

  test('takes contexts', async () => {
    const flow = new Transformed(
      new StandardNormal(2),
      maf({ dim: 2, contextDim: 1, hidden: [4], transforms: 1, seed: 0, init: 'orthogonal' }),
    );
    const batch = { x: normal(key(0), [10, 2]), context: normal(key(1), [10, 1]) };
    await expect(maximumLikelihood(flow)(batch)).toBeAllClose(neg(mean(flow.logProb(batch.x, batch.context))));
    expect(() => maximumLikelihood(flow)(batch.x)).toThrow('context must be [..., 1], got none');
    flow.dispose();
  });

  test('leaves no tensor behind', async () => {
    const objective = maximumLikelihood(new StandardNormal(2));
    const x = ones([3, 2]);
    await expect(() => objective(x)).toLeakNoTensor();
  });

  test('refuses what it cannot use', () => {
    expect(() => maximumLikelihood(maf({ dim: 2, seed: 0 }) as never)).toThrow(
      'maximumLikelihood: distribution must be a distribution, got ',
    );
    expect(() => maximumLikelihood(new StandardNormal(2))([[1, 2]] as never)).toThrow(
      'maximumLikelihood: batch must be a tensor or { x, context }, got [[1, 2]]',
    );
  });
});

describe('what does not fit is refused when it is put together', () => {
  test('a flow of another width', () => {
    expect(() => new Transformed(new StandardNormal(3), maf({ dim: 2, seed: 0 }))).toThrow(
      'Transformed: base eventShape must be [..., 2], got [3]',
    );
    expect(
      new Transformed(new StandardNormal(3), maf({ dim: 3, seed: 0 })).logProb(tensor2d([[1, 2, 3]])).shape,
    ).toEqual([1]);
  });
});
