import type { StepEvent } from './events.js';
import {
  add,
  clone,
  dispose,
  keep,
  matMul,
  mean,
  memory,
  mul,
  ones,
  reshape,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs';
import { Module, normal } from '@pushforward/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fit, type FitOptions } from './fit.js';
import type { LossInfo } from './loss.js';
import { adam, adamax, adamW } from '../optimizer/optimizer.js';
import { cosineDecay, warmup } from '../optimizer/schedule.js';

/** y = x · weights + bias. */
class Linear extends Module {
  readonly weights = tidy(() => variable(zeros([2, 1])));
  readonly bias = tidy(() => variable(zeros([1])));

  override config() {
    return { type: 'Linear' };
  }

  loss = ({ x, y }: { x: Tensor; y: Tensor }) => mean(square(sub(add(matMul(x, this.weights as never), this.bias), y)));
}

/** One number. */
class Point extends Module {
  readonly at = tidy(() => variable(scalar(4)));

  override config() {
    return { type: 'Point' };
  }
}

const count = 20;
const inputs = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * i));
const targets = Float32Array.from(
  { length: count },
  (_, i) => 2 * inputs[2 * i] - inputs[2 * i + 1] + 0.5 + 0.1 * Math.cos(7 * i),
);
const data = { x: { values: inputs, shape: [count, 2] }, y: { values: targets, shape: [count, 1] } };

const modules: Module[] = [];
function linear(): Linear {
  const module = new Linear();
  modules.push(module);
  return module;
}
function point(): Point {
  const module = new Point();
  modules.push(module);
  return module;
}

let before = 0;
beforeEach(() => {
  before = memory().numTensors;
});
afterEach(() => {
  for (const module of modules.splice(0)) module.dispose();
  expect(memory().numTensors).toBe(before);
});

async function weightsOf(module: Module): Promise<number[][]> {
  return Promise.all([...module.variables().values()].map(async (owned) => [...(await owned.data())]));
}

/** The losses and weights of a run whose loss draws. */
async function runBySeed(seed: number) {
  const module = linear();
  const losses: number[] = [];
  const noisy = (batch: { x: Tensor; y: Tensor }, info: LossInfo) =>
    add(module.loss(batch), mul(sum(module.bias), sum(normal(info.seed, [1]))));
  await fit(noisy, data, { module, epochs: 2, batchSize: 6, seed, onStep: ({ loss }) => void losses.push(loss) });
  return { losses, weights: await weightsOf(module) };
}

/** All that a run tells when it reads the loss every so many steps. */
async function runReading(readEvery: number) {
  const module = linear();
  const events: unknown[] = [];
  const { history } = await fit(module.loss, data, {
    module,
    epochs: 3,
    batchSize: 6,
    seed: 0,
    readEvery,
    onStep: ({ step, epoch, loss, learningRate }) => void events.push({ step, epoch, loss, learningRate }),
  });
  return { events, history, weights: await weightsOf(module) };
}

describe('training', () => {
  test.each([
    ['adam', adam({ learningRate: 0.1 })],
    ['adamW', adamW({ learningRate: 0.1, weightDecay: 1e-3 })],
    ['adamax', adamax({ learningRate: 0.2 })],
  ])('%s finds the minimum of a quadratic', async (_, optimizer) => {
    const module = point();
    const x = ones([1]);
    const { stopped, step, epoch } = await fit((batch) => square(sub(module.at, sum(batch))), x, {
      module,
      optimizer,
      steps: 150,
    });
    expect({ stopped, step, epoch }).toEqual({ stopped: 'finished', step: 150, epoch: 150 });
    await expect(module.at).toBeAllClose(1, { atol: 0.02 });
    x.dispose();
  });

  test('a regression reaches the least-squares solution', async () => {
    const module = linear();
    const optimizer = adam({ learningRate: warmup(cosineDecay({ from: 0.1, steps: 190 }), 10), clipNorm: 10 });
    await fit(module.loss, data, { module, optimizer, steps: 200, batchSize: count, seed: 0 });
    // The solution of the normal equations in float64.
    await expect(module.weights).toBeAllClose([[2.0151167965703207], [-0.9683925090658555]], { atol: 1e-3 });
    await expect(module.bias).toBeAllClose([0.5119437729517993], { atol: 1e-3 });
  });

  test('the same seed gives the same run bit for bit, another seed another run', async () => {
    const first = await runBySeed(0);
    expect(first.losses.length).toBe(8);
    expect(await runBySeed(0)).toEqual(first);
    expect((await runBySeed(1)).losses).not.toEqual(first.losses);
  });

  test('every row is seen once an epoch, in another order each time, with its own target', async () => {
    const module = point();
    const kept: Tensor[] = [];
    const keys = new Set<string>();
    const x = Int32Array.from({ length: 10 }, (_, i) => i);
    const y = Float32Array.from(x, (value) => value / 2);
    const steps: StepEvent[] = [];
    const result = await fit(
      ([a, b], info) => {
        expect(info.training).toBe(true);
        expect(info.step).toBe(kept.length / 2);
        kept.push(keep(clone(a)), keep(clone(b)));
        keys.add(JSON.stringify(info.seed));
        return mul(module.at, mean(b));
      },
      [
        { values: x, shape: [10] },
        { values: y, shape: [10] },
      ],
      { module, epochs: 2, batchSize: 4, seed: 3, onStep: (event) => void steps.push(event) },
    );
    // A loss cannot wait for numbers.
    const numbers = await Promise.all(kept.map(async (tensor) => [...(await tensor.data())]));
    dispose(kept);
    const rows = numbers.filter((_, i) => i % 2 === 0);
    expect(numbers.filter((_, i) => i % 2 === 1)).toEqual(rows.map((row) => row.map((value) => value / 2)));
    expect(rows.map((batch) => batch.length)).toEqual([4, 4, 2, 4, 4, 2]);
    expect(keys.size).toBe(6);
    const epochs = [rows.slice(0, 3).flat(), rows.slice(3).flat()];
    for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual([...x]);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[0]).not.toEqual([...x]);
    expect(steps.map(({ step, totalSteps, epoch, learningRate }) => [step, totalSteps, epoch, learningRate])).toEqual([
      [1, 6, 1, 0.001],
      [2, 6, 1, 0.001],
      [3, 6, 1, 0.001],
      [4, 6, 2, 0.001],
      [5, 6, 2, 0.001],
      [6, 6, 2, 0.001],
    ]);
    for (const { stepsPerSecond } of steps) expect(stepsPerSecond).toBeGreaterThan(0);
    // The rows' share of each loss is their share of the epoch's mean.
    const weighted = [4, 4, 2].reduce((total, size, i) => total + size * steps[i].loss, 0) / 10;
    expect(result.history[0]).toEqual({ epoch: 1, step: 3, trainLoss: weighted, validationLoss: null });
  });

  test('reading the loss less often gives the same run and the same events', async () => {
    const expected = await runReading(1);
    expect(expected.events.length).toBe(12);
    expect(await runReading(5)).toEqual(expected);
  });

  test('the same numbers give the same run in every typed array, as inputs and as targets', async () => {
    const numbers = Array.from({ length: 40 }, (_, i) => (i * 7) % 11);
    const arrays = [
      Float32Array,
      Float64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      Uint8Array,
      Uint8ClampedArray,
      Uint16Array,
      Uint32Array,
    ];
    const runs = [];
    for (const ArrayType of arrays) {
      const module = linear();
      const x = { values: ArrayType.from(numbers), shape: [20, 2] };
      const y = { values: ArrayType.from(numbers.slice(20)), shape: [20, 1] };
      const { history } = await fit(
        module.loss,
        { x, y },
        { module, epochs: 3, batchSize: 8, seed: 1, validation: { data: { x, y } } },
      );
      runs.push({ history, weights: await weightsOf(module) });
    }
    expect(runs[0].history.length).toBe(3);
    for (const run of runs) expect(run).toEqual(runs[0]);
  });

  test('memory stays flat over 100 steps', async () => {
    const module = linear();
    const counts: number[] = [];
    await fit(module.loss, data, {
      module,
      optimizer: adam({ ema: 0.99, clipNorm: 1 }),
      steps: 100,
      batchSize: 8,
      validation: { fraction: 0.2 },
      onStep: () => void counts.push(memory().numTensors),
    });
    // Before the first validation there are no best weights yet.
    expect(counts.length).toBe(100);
    expect(new Set(counts.slice(2)).size).toBe(1);
    expect(counts[2] - counts[0]).toBe(2);
  });

  test('frozen variables are left alone, and a module of nothing else is refused', async () => {
    const module = linear();
    (module.bias as { trainable: boolean }).trainable = false;
    await fit(module.loss, data, { module, epochs: 1 });
    await expect(module.bias).toBeAllClose([0]);
    expect((await weightsOf(module))[0]).not.toEqual([0, 0]);
    (module.weights as { trainable: boolean }).trainable = false;
    await expect(fit(module.loss, data, { module, epochs: 1 })).rejects.toThrow(
      'fit: module must have a trainable variable, got none',
    );
  });
});

/** One that tells what it is asked for, in order. */
function telling() {
  const module = linear();
  const told: string[] = [];
  let isTraining = false;
  const loss = (batch: { x: Tensor; y: Tensor }, { training }: LossInfo) => {
    told.push(`${isTraining === training ? '' : 'wrongly '}${training ? 'step' : 'validation'}`);
    return module.loss(batch);
  };
  const objective = Object.assign(loss, {
    module,
    training: <T>(step: () => T): T => {
      isTraining = true;
      try {
        return step();
      } finally {
        isTraining = false;
      }
    },
    settle: async (batches: () => AsyncIterable<{ x: Tensor; y: Tensor }>) => {
      let rows = 0;
      for (let pass = 0; pass < 2; pass++) for await (const { x } of batches()) rows += x.shape[0];
      told.push(`settled by ${rows} rows`);
    },
  });
  return { objective, told };
}

describe('an objective', () => {
  test('runs its steps as it says, and settles at the end of every epoch, before validation', async () => {
    const { objective, told } = telling();
    const { numTensors } = memory();
    await fit(objective, data, { steps: 5, batchSize: 8, validation: { fraction: 0.2 } });
    const epoch = ['step', 'step', 'settled by 32 rows', 'validation'];
    expect(told).toEqual([...epoch, ...epoch, 'step', 'settled by 32 rows', 'validation']);
    expect(memory().numTensors).toBe(numTensors);
  });

  test('settles where a signal stops it', async () => {
    const { objective, told } = telling();
    const controller = new AbortController();
    const onStep = () => controller.abort();
    await fit(objective, data, { epochs: 2, batchSize: 8, signal: controller.signal, onStep });
    expect(told).toEqual(['step', 'settled by 40 rows']);
  });
});

describe('streams', () => {
  test('epoch by epoch, of batches that are freed', async () => {
    const module = point();
    const epochs: number[] = [];
    const stream = async function* ({ epoch }: { epoch: number }) {
      epochs.push(epoch);
      yield tensor1d([1, 1]);
      yield tensor1d([1]);
    };
    const totals: unknown[] = [];
    const { history, step } = await fit((batch) => square(sub(module.at, mean(batch))), stream, {
      module,
      epochs: 2,
      validation: { data: stream },
      onStep: ({ totalSteps }) => void totals.push(totalSteps),
    });
    expect(step).toBe(4);
    expect(totals).toEqual([null, null, null, null]);
    expect(history.length).toBe(2);
    // The validation stream is always asked for the same.
    expect(epochs).toEqual([1, 1, 2, 1]);
  });

  test('a dataset of TensorFlow.js trains and validates as the same rows do', async () => {
    const numbers = [[1], [2], [3], [4], [5]];
    const dataset = tf.data.array(numbers).batch(2) as tf.data.Dataset<Tensor>;
    const rows = () => numbers.flatMap((_, i) => (i % 2 ? [] : [tensor2d(numbers.slice(i, i + 2))]));
    const histories = [];
    for (const source of [dataset, rows]) {
      const module = point();
      const loss = (batch: Tensor) => square(sub(module.at, mean(batch)));
      histories.push((await fit(loss, source, { module, epochs: 3, seed: 0, validation: { data: source } })).history);
    }
    expect(histories[0].length).toBe(3);
    expect(histories[0]).toEqual(histories[1]);
  });

  test('one that runs dry is an error', async () => {
    const module = point();
    const once = (async function* () {
      yield tensor1d([1]);
    })();
    await expect(
      fit(
        (batch) => square(sub(module.at, mean(batch))),
        () => once,
        { module, epochs: 2 },
      ),
    ).rejects.toThrow('fit: data must yield at least one batch, got none in epoch 2');
  });
});

test.each<[string, Partial<FitOptions<never>>, string]>([
  ['no length', {}, 'fit: epochs or steps must be given, got neither'],
  ['epochs', { epochs: 0 }, 'fit: epochs must be an integer of at least 1, got 0'],
  ['steps', { steps: 1.5 }, 'fit: steps must be an integer of at least 1, got 1.5'],
  ['batchSize', { steps: 1, batchSize: 0 }, 'fit: batchSize must be an integer of at least 1, got 0'],
  ['readEvery', { steps: 1, readEvery: 0 }, 'fit: readEvery must be an integer of at least 1, got 0'],
  ['patience alone', { steps: 1, patience: 1 }, 'fit: validation must be given with patience, got none'],
  [
    'checkpointEvery',
    { steps: 1, checkpointEvery: { steps: 0 } },
    'fit: checkpointEvery.steps must be an integer of at least 1, got 0',
  ],
  [
    'a fraction too small',
    { steps: 1, validation: { fraction: 0.01 } },
    'fit: validation.fraction must leave at least 1 of the 20 rows on either side, got 0.01',
  ],
  [
    'a fraction of all',
    { steps: 1, validation: { fraction: 1 } },
    'fit: validation.fraction must leave at least 1 of the 20 rows on either side, got 1',
  ],
  ['a fraction that is none', { steps: 1, validation: { fraction: Number.NaN } }, 'on either side, got NaN'],
])('a bad option gives a clear error: %s', async (_, options, message) => {
  const module = linear();
  await expect(fit(module.loss, data, { module, ...(options as object) })).rejects.toThrow(message);
});

test('bad losses and data give clear errors', async () => {
  const module = linear();
  await expect(fit(({ x }) => x, data, { module, steps: 1 })).rejects.toThrow(
    'fit: loss must return a scalar tensor, got [20, 2]',
  );
  const late = async () => tidy(() => module.loss({ x: zeros([2, 2]), y: zeros([2, 1]) }));
  await expect(fit(late as never, data, { module, steps: 1 })).rejects.toThrow(
    'fit: loss must return a scalar tensor, got a promise: a loss cannot be async',
  );
  await expect(fit((() => 1) as never, data, { module, steps: 1 })).rejects.toThrow(
    'fit: loss must return a scalar tensor, got 1',
  );
  await expect(fit(() => scalar(1), data, { module, steps: 1 })).rejects.toThrow(
    'Cannot find a connection between any variable and the result',
  );
  const empty = { values: new Float32Array(0), shape: [0, 2] };
  await expect(fit(() => scalar(1), empty, { module, steps: 1 })).rejects.toThrow(
    'fit: data must have at least 1 row, got [0, 2]',
  );
  await expect(
    fit(module.loss, data, { module, steps: 1, validation: { data: { ...data, y: empty } } }),
  ).rejects.toThrow('fit: validation.data.y must have at least 1 row, got [0, 2]');
  await expect(
    fit(
      () => scalar(1),
      () => [],
      { module, steps: 1, validation: { fraction: 0.5 } },
    ),
  ).rejects.toThrow('fit: validation must be { data } for a stream of batches, got { fraction }');
});

test.each<[object | undefined, string]>([
  [undefined, 'fit: options must be an object, got undefined'],
  [{}, 'fit: module must be a module, got undefined'],
  [{ module: {} }, 'fit: module must be a module, got {}'],
  [{ optimizer: null }, 'fit: optimizer must be one such as adam() makes, got null'],
  [{ optimizer: 'adam' }, "fit: optimizer must be one such as adam() makes, got 'adam'"],
  [{ onStep: 5 }, 'fit: onStep must be a function, got 5'],
  [{ onEpoch: {} }, 'fit: onEpoch must be a function, got {}'],
  [{ validation: 0.1 }, 'fit: validation must be { data } or { fraction }, got 0.1'],
  [{ seed: 'x' }, "key: seed must be an integer or a key, got 'x'"],
])('options from plain JavaScript: %j', async (options, message) => {
  const module = linear();
  const given =
    options === undefined || Object.keys(options).length === 0 ? options : { module, epochs: 1, ...options };
  await expect(fit(module.loss, data, given as never)).rejects.toThrow(message);
  await expect(fit('mse' as never, data, { module, epochs: 1 })).rejects.toThrow(
    "fit: loss must be a function of a batch, got 'mse'",
  );
});

function fails(): never {
  throw new Error('broken');
}

describe('nothing leaks, not even what the backward pass was to have,', () => {
  test.each<[string, (loss: Tensor) => unknown, string]>([
    ['when the loss is a vector', (loss) => reshape(loss, [1]), 'got [1]'],
    ['when the loss is a promise', async (loss) => loss, 'got a promise'],
    ['when the loss fails late', async (loss) => mul(loss, (await loss.data())[0]), 'got a promise'],
    ['when the loss throws', fails, 'broken'],
    [
      'when a gradient is missing',
      (loss) => mul(loss, tf.sum(tf.topk(reshape(loss, [1])).values)),
      'gradient function not found for TopK',
    ],
  ])('%s', async (_, spoil, message) => {
    const module = linear();
    const loss = (batch: { x: Tensor; y: Tensor }) => spoil(module.loss(batch));
    for (const options of [{}, { readEvery: 4 }]) {
      await expect(fit(loss as never, data, { module, epochs: 1, batchSize: 4, ...options })).rejects.toThrow(message);
    }
    await Promise.resolve();
  });
});
