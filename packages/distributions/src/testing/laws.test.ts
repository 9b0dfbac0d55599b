import { cast, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { maf } from '@pushforward/bijectors';
import { expect, test } from 'vitest';
import { Normal } from '../bases/normal.js';
import { StandardNormal } from '../bases/standard-normal.js';
import { Transformed } from '../composites/transformed.js';
import { checkDistribution } from './index.js';

test('a density that depends on the type of its argument', async () => {
  class Truncates extends Normal {
    override logProb(x: Tensor | number) {
      return tidy(() => {
        const logProb = super.logProb(x);
        return typeof x === 'number' ? logProb : cast(logProb, x.dtype);
      });
    }
  }
  const support = { from: -20, to: 20 };
  await expect(checkDistribution(() => new Truncates(0, 2), { support })).rejects.toThrow(
    'Truncates breaks the law of the same numbers for every type: logProb with events of int32: ',
  );
});

test('a density that takes one context for each event only', async () => {
  class OneForEach extends Transformed {
    override logProb(x: Tensor, context?: Tensor) {
      if (context && x.rank < context.rank) throw new Error('one context only');
      return super.logProb(x, context);
    }
  }
  const context = tensor2d([
    [0, 1],
    [1, 0],
    [2, 2],
  ]);
  const make = () =>
    new OneForEach(new StandardNormal(2), maf({ dim: 2, contextDim: 2, transforms: 1, hidden: [8], seed: 1 }));
  await expect(checkDistribution(make, { context, samples: 1000 })).rejects.toThrow(
    "OneForEach breaks the law of one event under many contexts: logProb of 1 with a context of [3, 2] must be taken, got 'one context only'",
  );
});
