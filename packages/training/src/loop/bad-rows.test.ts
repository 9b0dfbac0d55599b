import {
  add,
  concat,
  dispose,
  log,
  mean,
  memory,
  mul,
  neg,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  variable,
} from '@tensorflow/tfjs-core';
import { Module } from '@pushforward/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBadRows } from './bad-rows.js';
import { fit } from './fit.js';
import { adam } from '../optimizer/optimizer.js';

class Scale extends Module {
  readonly scale = tidy(() => variable(scalar(1)));

  override config() {
    return { type: 'Scale' };
  }

  /** −log of the scaled rows, infinite for rows of 0. */
  loss = (x: Tensor) => neg(mean(log(mul(x, square(this.scale)))));
}

let before = 0;
let module: Scale;
beforeEach(() => {
  before = memory().numTensors;
  module = new Scale();
});
afterEach(() => {
  module.dispose();
  expect(memory().numTensors).toBe(before);
});

const place = (row: number) => `#${row}`;
const rowsWith = (bad: readonly number[], value: number, size = 100) =>
  Float32Array.from({ length: size }, (_, i) => (bad.includes(i) ? value : i + 1));

test.each([[[]], [[0]], [[99]], [[3, 50]], [[10, 11, 12, 13]]])('finds the rows %j', async (bad) => {
  const batch = tensor1d(rowsWith(bad, 0));
  let calls = 0;
  const lossOf = (part: unknown) => {
    calls++;
    return module.loss(part as Tensor);
  };
  expect(await findBadRows({ batch, size: 100, place }, lossOf)).toEqual(
    bad.map((row) => `#${row} has the loss Infinity`),
  );
  expect(calls).toBeLessThan(2 + 16 * bad.length);
  dispose(batch);
});

test('of very many, the first few', async () => {
  const batch = tensor1d(new Float32Array(1000));
  expect((await findBadRows({ batch, size: 1000, place }, (part) => module.loss(part as Tensor)))?.length).toBe(5);
  dispose(batch);
});

test('cuts every tensor of a batch that has its rows', async () => {
  const batch = { x: [tensor1d(rowsWith([2], Number.NaN, 4))], weight: scalar(2) };
  const lossOf = (part: unknown) => mul(mean((part as typeof batch).x[0]), (part as typeof batch).weight);
  expect(await findBadRows({ batch, size: 4, place }, lossOf)).toEqual(['#2 has the loss NaN']);
  dispose(batch);
});

function lossOfPairs(part: unknown): Tensor {
  if ((part as Tensor).shape[0] < 2) throw new Error('too few');
  return scalar(Infinity);
}

test('says nothing of a loss that takes whole batches only', async () => {
  const batch = tensor1d([1, 2]);
  expect(await findBadRows({ batch, size: 2, place }, lossOfPairs)).toBeUndefined();
  dispose(batch);
});

test.each([1, 4])('fit names them as they stand in the data, shuffled and split (read every %i)', async (readEvery) => {
  const data = { values: rowsWith([31, 77], 0), shape: [100] };
  await expect(fit(module.loss, data, { module, epochs: 1, batchSize: 100, seed: 0, readEvery })).rejects.toThrow(
    /^fit: loss must be finite, got Infinity at step 1 \(epoch 1\): row (31|77) \(from 0\) of data has the loss Infinity, row (31|77) \(from 0\) of data has the loss Infinity; /,
  );
  const one = { values: rowsWith([31], 0), shape: [100] };
  for (const seed of [0, 1, 2, 3]) {
    await expect(
      fit(module.loss, one, { module, epochs: 2, batchSize: 7, seed, readEvery, validation: { fraction: 0.3 } }),
    ).rejects.toThrow(
      /loss must be finite, got Infinity .* \(epoch 1\): row 31 \(from 0\) of data has the loss Infinity;/,
    );
  }
});

function stream(): Tensor[] {
  return [tensor1d([1, 2]), tensor1d([3, 0, 4])];
}

test('fit names the batch of a stream', async () => {
  await expect(fit(module.loss, stream, { module, epochs: 1, seed: 0 })).rejects.toThrow(
    'got Infinity at step 2 (epoch 1): row 1 (from 0) of batch 2 of data has the loss Infinity;',
  );
  await expect(
    fit(module.loss, { values: rowsWith([], 0), shape: [100] }, { module, epochs: 1, validation: { data: stream } }),
  ).rejects.toThrow(
    'got Infinity after step 1 (epoch 1): row 1 (from 0) of batch 2 of validation.data has the loss Infinity;',
  );
});

test('fit says when it is no row that is to blame', async () => {
  const diverging = (x: Tensor) => add(module.loss(x), sum(log(sub(5, concat([x, [1], [1]]).shape[0]))));
  await expect(fit(diverging, { values: rowsWith([], 0, 4), shape: [4] }, { module, epochs: 1 })).rejects.toThrow(
    'at step 1 (epoch 1), though every row by itself has a finite one: training diverges, try a lower learning rate or clipNorm;',
  );
  const exploding = adam({ learningRate: 1e38 });
  await expect(
    fit(
      (x) => mul(module.loss(x), module.scale),
      { values: rowsWith([], 0), shape: [100] },
      { module, optimizer: exploding, epochs: 9 },
    ),
  ).rejects.toThrow(/fit: (loss must be finite, got \S+ at step \d \(epoch \d\)|weights must be finite)/);
});
