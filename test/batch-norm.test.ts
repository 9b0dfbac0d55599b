import '@tensorflow/tfjs';
import { BatchNorm, maf } from '@pushforward/bijectors';
import { distributionModules, maximumLikelihood, StandardNormal, Transformed } from '@pushforward/distributions';
import { packModule, unpackModule } from '@pushforward/io';
import { key, normal, useBackend } from '@pushforward/tensor';
import { adam, evaluate, fit } from '@pushforward/training';
import { add, mean, mul, square, sub, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => useBackend('cpu'));

/** A flow of two layers on rows far from the standard normal distribution. */
function start() {
  const flow = new Transformed(
    new StandardNormal(2),
    maf({ dim: 2, transforms: 2, hidden: [8], batchNorm: true, seed: 0 }),
  );
  const rows = add(mul(normal(key(1), [64, 2]), tensor1d([3, 0.1])), tensor1d([10, -5]));
  return { flow, rows };
}

describe('a flow with batch normalisation, trained by fit', () => {
  test('is validated and left with the statistics of all the training data', async () => {
    const { flow, rows } = start();
    const { history } = await fit(maximumLikelihood(flow), rows, {
      optimizer: adam({ learningRate: 0.01 }),
      epochs: 3,
      batchSize: 16,
      seed: 2,
      validation: { data: rows },
    });
    // Validated by the rows that it was trained on, with the statistics of all of them: that is what is evaluated afterwards.
    const best = Math.min(...history.map(({ validationLoss }) => validationLoss!));
    expect(await evaluate(maximumLikelihood(flow), rows)).toBeCloseTo(best, 5);
    // The entropy of the rows' distribution is 2.8379 + log(3 · 0.1) = 1.63 nats.
    expect(best).toBeLessThan(1.9);
    const outer = [...flow.modulePaths().values()].filter((part) => part instanceof BatchNorm).at(-1)!;
    expect(outer.hasStatistics).toBe(true);
    const value = flow.bijector.inverse(rows);
    expect(value.shape).toEqual([64, 2]);
  });

  test('normalises by the statistics of the weights that it ends with, stopped anywhere', async () => {
    const { flow, rows } = start();
    const controller = new AbortController();
    await fit(maximumLikelihood(flow), rows, {
      epochs: 3,
      batchSize: 16,
      seed: 2,
      optimizer: adam({ ema: 0.9 }),
      signal: controller.signal,
      onStep: ({ step }) => void (step === 6 && controller.abort()),
    });
    // The innermost normalisation makes its rows standard.
    const value = flow.bijector.inverse(rows);
    await expect(mean(value, 0)).toBeAllClose([0, 0], { atol: 0.05 });
    await expect(mean(square(sub(value, mean(value, 0))), 0)).toBeAllClose([1, 1], { rtol: 0.05 });
  });

  test('is the same once saved and loaded, and says what is missing where it never was trained', async () => {
    const { flow, rows } = start();
    expect(() => flow.logProb(rows)).toThrow('BatchNorm: mean and variance must be those of the training data');
    await fit(maximumLikelihood(flow), rows, { epochs: 1, batchSize: 16, seed: 2 });
    const { module: copy } = unpackModule<Transformed>(await packModule(flow), distributionModules);
    await expect(copy.logProb(rows)).toBeAllClose(flow.logProb(rows), { rtol: 0, atol: 0 });
  });
});
