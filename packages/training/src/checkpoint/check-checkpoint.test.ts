import { mean, memory, mul, scalar, square, sub, type Tensor, tensor1d, tidy, variable } from '@tensorflow/tfjs-core';
import { Module } from '@pushforward/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Checkpoint } from './checkpoint.js';
import { fit, type FitOptions } from '../loop/fit.js';
import { adam } from '../optimizer/optimizer.js';

class Point extends Module {
  readonly at = tidy(() => variable(tensor1d([4, 5])));

  override config() {
    return { type: 'Point' };
  }

  loss = (batch: Tensor) => mean(square(sub(this.at, mean(batch))));
}

const rows = { values: Float32Array.from({ length: 13 }, (_, i) => Math.cos(i)), shape: [13] };
const stream = () => [tensor1d([1, 2]), tensor1d([3]), tensor1d([4])];

let before = 0;
beforeEach(() => {
  before = memory().numTensors;
});
afterEach(() => {
  expect(memory().numTensors).toBe(before);
});

async function run(data: typeof rows | typeof stream, options: Partial<FitOptions<Tensor>>) {
  const module = new Point();
  try {
    const validation = { data: rows };
    return await fit(module.loss, data, {
      module,
      optimizer: adam({ ema: 0.9 }),
      batchSize: 4,
      epochs: 4,
      validation,
      ...options,
    });
  } finally {
    module.dispose();
  }
}

/** A deep copy with one value at a path replaced. */
function changed(original: Checkpoint, path: readonly (string | number)[], value: unknown): Checkpoint {
  const copy = structuredClone(original) as never;
  const parent = path.slice(0, -1).reduce<Record<string | number, unknown>>((at, key) => at[key] as never, copy);
  if (value === undefined) delete parent[path.at(-1)!];
  else parent[path.at(-1)!] = value;
  return copy;
}

/** The path of everything in a value that is no object. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => leaves(part, [...path, key]))];
}

const REPLACEMENTS = [
  undefined,
  null,
  Number.NaN,
  Infinity,
  -1,
  0,
  1,
  2,
  3,
  1.5,
  1e9,
  2 ** 53,
  '1',
  'x',
  true,
  [],
  {},
  [null],
  { epoch: 1 },
];

/** Numbers that may have been any other, lossRows for a stream only. */
const FREE = /(key\.(high|low)|lossSum|lossRows|trainLoss|validationLoss)$/;

describe.each([
  ['rows', rows],
  ['a stream', stream],
] as const)('a checkpoint of a run over %s', (_, data) => {
  test.each([0, 6])(
    'with any part of its progress replaced is refused, or goes on to the same end (from step %i)',
    async (steps) => {
      const first = await run(data, { seed: 1, ...(steps ? { steps } : { signal: AbortSignal.abort() }) });
      const whole = await run(data, { seed: 1 });
      let refused = 0;
      for (const path of leaves(first.checkpoint.progress, ['progress'])) {
        for (const value of REPLACEMENTS) {
          const checkpoint = changed(first.checkpoint, path, value);
          let result;
          try {
            result = await run(data, { checkpoint });
          } catch (error) {
            refused++;
            expect((error as Error).message, `${path.join('.')} = ${String(value)}`).toMatch(/^fit: [^\n]*$/);
            continue;
          }
          if (FREE.test(path.join('.'))) expect([result.step, result.epoch]).toEqual([whole.step, whole.epoch]);
          else expect(result.history, `${path.join('.')} = ${String(value)}`).toEqual(whole.history);
        }
      }
      expect(refused).toBeGreaterThan(100);
    },
  );

  test('with any part of its tensors replaced is refused, and nothing leaks', async () => {
    const { checkpoint } = await run(data, { seed: 1, steps: 6 });
    expect(leaves(checkpoint.tensors).length).toBeGreaterThan(10);
    for (const name of Object.keys(checkpoint.tensors)) {
      const replacements = [
        undefined,
        null,
        {},
        { shape: [2] },
        { shape: [2], values: new Float32Array(3) },
        { shape: [2], values: [1, 2] },
        { shape: 2, values: new Float32Array(2) },
      ];
      for (const value of [
        ...replacements,
        { shape: [2], values: new Int32Array(2) },
        { shape: [1, 2], values: new Float32Array(2) },
      ]) {
        await expect(run(data, { checkpoint: changed(checkpoint, ['tensors', name], value) })).rejects.toThrow(
          /^fit: checkpoint/,
        );
      }
      if (!/^(weights|best)/.test(name)) continue;
      await expect(
        run(data, { checkpoint: changed(checkpoint, ['tensors', name, 'values', 1], Number.NaN) }),
      ).rejects.toThrow(`fit: checkpoint's ${name} must be finite, got NaN`);
    }
  });
});

test.each<[(string | number)[], unknown, string]>([
  [['epoch'], undefined, 'fit: checkpoint.progress.epoch must be an integer of at least 0, got undefined'],
  [['step'], 5, 'fit: checkpoint.progress.step must be 6, got 5'],
  [['history', 0, 'step'], 3, 'fit: checkpoint.progress.history[0].step must be 4, got 3'],
  [['history'], [], 'fit: checkpoint.progress.history must have a record for each of 1 epochs, got 0'],
  [['lossRows'], 9, 'fit: checkpoint.progress.lossRows must be 8, got 9'],
  [['key'], null, 'fit: checkpoint.progress.key.high must be an integer from 0 to 4294967295, got undefined'],
])('says which number is wrong: %j', async (path, value, message) => {
  const { checkpoint } = await run(rows, { seed: 1, steps: 6 });
  await expect(run(rows, { checkpoint: changed(checkpoint, ['progress', ...path], value) })).rejects.toThrow(message);
});

test('a loss of its own tensors leaves nothing behind either', async () => {
  const own = scalar(2);
  const module = new Point();
  await expect(
    fit((batch) => mul(own, module.loss(batch)), rows, { module, epochs: 1, checkpoint: {} as Checkpoint }),
  ).rejects.toThrow('fit: checkpoint.progress must be an object, got undefined');
  module.dispose();
  own.dispose();
});
