import { tensor2d, zeros } from '@tensorflow/tfjs-core';
import { Mlp, ResidualMlp } from '@pushforward/made';
import { describe, expect, test } from 'vitest';
import { Exp } from '../../elementary/exp.js';
import { maf } from '../../factories/maf-iaf.js';
import { checkBijector } from '../../testing/index.js';
import { EmbedContext } from './embed-context.js';

const flow = () => maf({ dim: 3, contextDim: 2, hidden: [8], transforms: 1, init: 'orthogonal', seed: 0 });
const network = () => new Mlp({ inputDim: 4, hidden: [5], outputDim: 2, activation: 'tanh', seed: 1 });

describe('EmbedContext', () => {
  test('obeys the laws', async () => {
    await checkBijector(() => new EmbedContext(flow(), network()), { eventShape: [3], steps: 2 });
    await checkBijector(
      () =>
        new EmbedContext(
          flow(),
          new ResidualMlp({ inputDim: 4, hidden: 5, outputDim: 2, activation: 'tanh', seed: 1 }),
        ),
      { eventShape: [3], steps: 2 },
    );
  });

  test('is the bijector under what the network makes of the context', async () => {
    const x = tensor2d([0.1, 0.2, 0.3, -1, 0, 1], [2, 3]);
    const context = tensor2d([1, -2, 0, 4, 3, 2, 1, 0], [2, 4]);
    const [plain, embedded, own] = [flow(), new EmbedContext(flow(), network()), network().apply(context)];
    for (const direction of ['forwardAndLogDet', 'inverseAndLogDet'] as const) {
      const [expected, got] = [plain[direction](x, own), embedded[direction](x, context)];
      await expect(got.value).toBeAllClose(expected.value);
      await expect(got.logDet).toBeAllClose(expected.logDet);
    }
  });

  test('refuses what does not fit', () => {
    expect(() => new EmbedContext(new Exp(), network())).toThrow(
      'EmbedContext: bijector must take a context, got one of contextDim 0',
    );
    expect(() => new EmbedContext(flow(), new Mlp({ inputDim: 0, contextDim: 4, hidden: [], outputDim: 2 }))).toThrow(
      'EmbedContext: network must read the context as its input, and take no context of its own',
    );
    expect(() => new EmbedContext(flow(), new Mlp({ inputDim: 4, hidden: [], outputDim: 3 }))).toThrow(
      'EmbedContext: network must give 2 numbers, got 3',
    );
    const embedded = new EmbedContext(flow(), network());
    expect(() => embedded.forward(zeros([5, 3]))).toThrow('EmbedContext: context must be [..., 4], got none');
  });
});
