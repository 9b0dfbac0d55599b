import type { EpochEvent } from './events.js';
import {
  clone,
  dispose,
  keep,
  mean,
  memory,
  mul,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  variable,
} from '@tensorflow/tfjs-core';
import { Module, normal } from '@pushforward/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fit } from './fit.js';
import type { LossInfo } from './loss.js';
import { adam } from '../optimizer/optimizer.js';

/** One number. */
class Point extends Module {
  readonly at = tidy(() => variable(scalar(4)));

  override config() {
    return { type: 'Point' };
  }
}

const modules: Module[] = [];
function point(): Point {
  const module = new Point();
  modules.push(module);
  return module;
}

/** Pulls the point towards the mean of a batch. */
function pull(module: Point) {
  return (batch: Tensor) => square(sub(module.at, mean(batch)));
}

let before = 0;
beforeEach(() => {
  before = memory().numTensors;
});
afterEach(() => {
  for (const module of modules.splice(0)) module.dispose();
  expect(memory().numTensors).toBe(before);
});

/** Rows of one value. */
function rowsOf(value: number, rows = 1) {
  return { values: new Float32Array(rows).fill(value), shape: [rows] };
}

function broken(): never {
  throw new Error('broken');
}

/** What a loss has kept, for it cannot wait for numbers. */
async function read(kept: Tensor[]): Promise<number[][]> {
  const numbers = await Promise.all(kept.map(async (tensor) => [...(await tensor.data())]));
  dispose(kept);
  return numbers;
}

/** Which rows are trained on and which are validated on. */
async function splitBy(seed: number) {
  const module = point();
  const train: Tensor[] = [];
  const held: Tensor[] = [];
  const x = { values: Float32Array.from({ length: 11 }, (_, i) => i), shape: [11] };
  await fit(
    (batch, { training }) => {
      (training ? train : held).push(keep(clone(batch)));
      return mul(module.at, mean(batch));
    },
    x,
    { module, epochs: 2, batchSize: 4, seed, validation: { fraction: 0.3 } },
  );
  return { train: new Set((await read(train)).flat()), held: new Set((await read(held)).flat()) };
}

describe('validation', () => {
  test('a fraction splits the rows exactly, disjointly and by seed', async () => {
    const { train, held } = await splitBy(0);
    expect([train.size, held.size]).toEqual([8, 3]);
    expect(new Set([...train, ...held]).size).toBe(11);
    expect(await splitBy(0)).toEqual({ train, held });
    expect((await splitBy(1)).held).not.toEqual(held);
  });

  test('patience stops the run, and the best weights come back', async () => {
    const module = point();
    const epochs: (EpochEvent & { at: number })[] = [];
    // Training pulls the point from 4 towards −10, past 1, where the validation loss is lowest.
    const result = await fit(pull(module), rowsOf(-10), {
      module,
      optimizer: adam({ learningRate: 1 }),
      epochs: 100,
      validation: { data: rowsOf(1) },
      patience: 3,
      onEpoch: async (event) => void epochs.push({ ...event, at: (await module.at.data())[0] }),
    });
    const losses = epochs.map(({ validationLoss }) => validationLoss!);
    const best = losses.indexOf(Math.min(...losses));
    expect(best).toBeGreaterThan(0);
    expect(result).toMatchObject({
      stopped: 'patience',
      epoch: best + 4,
      best: { epoch: best + 1, validationLoss: losses[best] },
    });
    expect(result.history).toEqual(
      epochs.map(({ epoch, step, trainLoss, validationLoss }) => ({ epoch, step, trainLoss, validationLoss })),
    );
    expect(epochs.map(({ isBest }) => isBest)).toEqual(losses.map((_, i) => i <= best));
    expect((await module.at.data())[0]).toBe(epochs[best].at);
    expect(losses[best]).toBeCloseTo((epochs[best].at - 1) ** 2, 5);
  });

  test('with ema, the averaged weights are validated and come back', async () => {
    const module = point();
    const raw: number[] = [];
    const seen: number[] = [];
    await fit(pull(module), rowsOf(0), {
      module,
      optimizer: adam({ learningRate: 0.5, ema: 0.5 }),
      epochs: 3,
      validation: { data: rowsOf(0) },
      onStep: async () => void raw.push((await module.at.data())[0]),
      onEpoch: async ({ validationLoss }) => {
        const [at] = await module.at.data();
        seen.push(at);
        expect(validationLoss).toBeCloseTo(at * at, 4);
      },
    });
    // ā₃ = (w₃ + w₂/2 + w₁/4) / (1 + 1/2 + 1/4)
    expect(seen[0]).toBe(raw[0]);
    expect(seen[2]).toBeCloseTo((raw[2] + raw[1] / 2 + raw[0] / 4) / 1.75, 5);
    expect((await module.at.data())[0]).toBe(seen[2]);
  });

  test('without validation, the averaged weights come back; the checkpoint has both', async () => {
    const module = point();
    const { checkpoint } = await fit(pull(module), rowsOf(0), {
      module,
      optimizer: adam({ learningRate: 0.5, ema: 0.5 }),
      steps: 3,
    });
    expect(await module.at.data()).toEqual(checkpoint.tensors['average/at'].values);
    expect(checkpoint.tensors['weights/at'].values[0]).toBeLessThan(checkpoint.tensors['average/at'].values[0]);
  });

  test('the same noise at every validation', async () => {
    const module = point();
    const losses: number[] = [];
    await fit(
      (batch, { seed: key, training }) => (training ? mul(module.at, sum(batch)) : sum(normal(key, [1]))),
      rowsOf(0),
      {
        module,
        epochs: 3,
        validation: { data: rowsOf(0) },
        onEpoch: ({ validationLoss }) => void losses.push(validationLoss!),
      },
    );
    expect(new Set(losses).size).toBe(1);
  });
});

describe('stopping', () => {
  test('the signal stops the run after the step, without an error', async () => {
    const module = point();
    const controller = new AbortController();
    const result = await fit(pull(module), rowsOf(0, 20), {
      module,
      epochs: 10,
      batchSize: 6,
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 6) controller.abort();
      },
    });
    expect(result).toMatchObject({
      stopped: 'aborted',
      step: 6,
      epoch: 1,
      checkpoint: { progress: { step: 6, epoch: 1, batch: 2 } },
    });
  });

  test('a signal that came before leaves everything as it is', async () => {
    const module = point();
    const result = await fit(pull(module), rowsOf(0, 20), { module, epochs: 1, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ stopped: 'aborted', step: 0, epoch: 0, history: [], best: null });
    await expect(module.at).toBeAllClose(4);
  });

  test('timers run during training', async () => {
    const module = point();
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 20);
    const { stopped } = await fit(pull(module), rowsOf(0, 20), { module, steps: 100_000, signal: controller.signal });
    clearTimeout(timer);
    expect(stopped).toBe('aborted');
  });

  test('an error in the loss or a handler comes through, with nothing leaked', async () => {
    const module = point();
    await expect(fit(broken, rowsOf(0), { module, epochs: 1 })).rejects.toThrow('broken');
    await expect(fit(pull(module), rowsOf(0, 20), { module, epochs: 1, onStep: broken })).rejects.toThrow('broken');
    await expect(fit(pull(module), rowsOf(0, 20), { module, epochs: 1, onEpoch: broken })).rejects.toThrow('broken');
    await expect(fit(pull(module), rowsOf(0, 20), { module, epochs: 1, onCheckpoint: broken })).rejects.toThrow(
      'broken',
    );
  });
});

const explodesAt =
  (module: Point, bad: number, value = Number.NaN) =>
  (batch: Tensor, { step, training }: LossInfo) =>
    training && step === bad ? mul(module.at, value) : pull(module)(batch);

describe('what is not finite', () => {
  test.each([1, 3, 4])(
    'a loss stops the run at its step, and the weights of the last finite one come back (read every %i)',
    async (readEvery) => {
      const module = point();
      const seen: Tensor[] = [];
      const events: number[] = [];
      const loss = explodesAt(module, 5);
      const remembering: typeof loss = (batch, info) => {
        seen.push(keep(clone(module.at)));
        return loss(batch, info);
      };
      await expect(
        fit(remembering, rowsOf(0, 20), {
          module,
          optimizer: adam({ learningRate: 0.1, ema: 0.9 }),
          epochs: 1,
          batchSize: 1,
          readEvery,
          onStep: ({ step }) => void events.push(step),
        }),
      ).rejects.toThrow(
        /^fit: loss must be finite, got NaN at step 6 \(epoch 1\): row \d+ \(from 0\) of data has the loss NaN; the module now has the weights of the last step known to have a finite loss$/,
      );
      expect(events).toEqual([1, 2, 3, 4, 5]);
      // The first step of the last group whose loss is finite: one back, or as far as the group reaches.
      const expected = { 1: 4, 3: 3, 4: 4 }[readEvery]!;
      expect((await module.at.data())[0]).toBe((await read(seen))[expected][0]);
    },
  );

  test('the very first loss', async () => {
    const module = point();
    await expect(fit(explodesAt(module, 0, Infinity), rowsOf(0), { module, steps: 20 })).rejects.toThrow(
      'got Infinity at step 1 (epoch 1)',
    );
    await expect(module.at).toBeAllClose(4);
  });

  test('with validation, the best weights come back', async () => {
    const module = point();
    let best = 0;
    const running = fit(explodesAt(module, 3), rowsOf(0), {
      module,
      steps: 20,
      optimizer: adam({ ema: 0.9 }),
      validation: { data: rowsOf(0) },
      onEpoch: async () => {
        [best] = await module.at.data();
      },
    });
    await expect(running).rejects.toThrow(
      'fit: loss must be finite, got NaN at step 4 (epoch 4): row 0 (from 0) of data has the loss NaN; the module now has the weights of epoch 3, the best so far',
    );
    expect((await module.at.data())[0]).toBe(best);
  });

  test('a validation loss', async () => {
    const module = point();
    const running = fit((batch, { training }) => (training ? pull(module)(batch) : scalar(Infinity)), rowsOf(0), {
      module,
      steps: 20,
      validation: { data: rowsOf(0) },
      optimizer: adam({ ema: 0.9 }),
    });
    await expect(running).rejects.toThrow(
      'fit: validation loss must be finite, got Infinity after step 1 (epoch 1): row 0 (from 0) of validation.data has the loss Infinity;',
    );
    await expect(module.at).toBeAllClose(4);
  });

  test('weights after a last step whose loss was finite and whose gradient was not', async () => {
    const module = point();
    // √(at − 4) is 0 at 4, with an infinite slope.
    const running = fit((batch) => sqrt(sub(module.at, mean(batch))), rowsOf(4), { module, steps: 1 });
    await expect(running).rejects.toThrow('fit: weights must be finite, got NaN in at after step 1;');
    await expect(module.at).toBeAllClose(4);
  });
});
