import { mean, memory, mul, scalar, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { data } from '@tensorflow/tfjs';
import { normal } from '@pushforward/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { evaluate } from './evaluate.js';
import type { LossInfo } from './loss.js';

let before = 0;
beforeEach(() => {
  before = memory().numTensors;
});
afterEach(() => {
  expect(memory().numTensors).toBe(before);
});

const rows = { values: Float32Array.from({ length: 100 }, (_, i) => i), shape: [100] };

test('is the mean over rows, whatever the batches', async () => {
  for (const batchSize of [1, 3, 64, 100, 128]) {
    expect(await evaluate((batch) => mean(batch), rows, { batchSize })).toBeCloseTo(49.5, 4);
  }
});

test('calls the loss for evaluation, batch by batch', async () => {
  const infos: unknown[] = [];
  await evaluate(
    (batch, { step, training }) => {
      infos.push([step, training, batch.shape[0]]);
      return mean(batch);
    },
    rows,
    { batchSize: 40 },
  );
  expect(infos).toEqual([
    [0, false, 40],
    [1, false, 40],
    [2, false, 20],
  ]);
});

function noisy(_: Tensor, { seed: key }: LossInfo) {
  return sum(normal(key, [1]));
}

test('the same seed gives the same draws', async () => {
  const value = await evaluate(noisy, rows, { seed: 0, batchSize: 10 });
  expect(await evaluate(noisy, rows, { seed: 0, batchSize: 10 })).toBe(value);
  expect(await evaluate(noisy, rows, { seed: 1, batchSize: 10 })).not.toBe(value);
});

test('weighs the batches of a stream by their rows', async () => {
  expect(
    await evaluate(
      (batch) => mean(batch),
      () => [tensor1d([1, 2, 3]), tensor1d([10])],
    ),
  ).toBe(4);
});

test('takes a dataset of TensorFlow.js', async () => {
  expect(await evaluate((batch) => mean(batch), data.array([1, 2, 3, 10]).batch(3))).toBe(4);
});

test('a loss may hand back a tensor of the batch or of its own', async () => {
  expect(
    await evaluate(
      (batch) => batch,
      () => [scalar(1), scalar(2)],
    ),
  ).toBe(1.5);
  const own = scalar(3);
  expect(await evaluate(() => own, rows)).toBe(3);
  expect(own.isDisposed).toBe(false);
  own.dispose();
});

test('a loss that is not finite comes out as it is', async () => {
  expect(await evaluate((batch) => mul(mean(batch), Number.NaN), rows)).toBe(Number.NaN);
  expect(await evaluate(() => scalar(Infinity), rows)).toBe(Infinity);
});

test('mistakes give clear errors', async () => {
  await expect(evaluate((batch) => batch, rows)).rejects.toThrow(
    'evaluate: loss must return a scalar tensor, got [100]',
  );
  await expect(evaluate((async () => scalar(1)) as never, rows)).rejects.toThrow(
    'evaluate: loss must return a scalar tensor, got a promise: a loss cannot be async',
  );
  await expect(
    evaluate(
      () => scalar(1),
      () => [],
    ),
  ).rejects.toThrow('evaluate: data must yield at least one batch, got none');
  await expect(evaluate(() => scalar(1), rows, { batchSize: 0 })).rejects.toThrow(
    'evaluate: batchSize must be an integer of at least 1, got 0',
  );
});
