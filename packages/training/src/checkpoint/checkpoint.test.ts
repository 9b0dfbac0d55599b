import type { FitResult, StepEvent } from '../loop/events.js';
import {
  add,
  mean,
  memory,
  mul,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  variable,
  type Variable,
} from '@tensorflow/tfjs-core';
import { type Key, Module, normal, permutation } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from './checkpoint.js';
import { fit, type FitOptions } from '../loop/fit.js';
import type { LossInfo } from '../loop/loss.js';
import { adam, adamax, adamW, type Optimizer } from '../optimizer/optimizer.js';
import { exponentialDecay } from '../optimizer/schedule.js';

class Scale extends Module {
  readonly scale = tidy(() => variable(tensor1d([3, -3])));
  readonly shift = tidy(() => variable(scalar(1)));
  /** Changed by the loss itself, as running statistics are. */
  readonly seen = tidy(() => variable(scalar(0), false)) as Variable;

  override config() {
    return { type: 'Scale' };
  }

  loss = (x: Tensor, { seed: key, training }: LossInfo) => {
    if (training) this.seen.assign(add(this.seen, 1));
    const noise = normal(key, [2]);
    return add(mean(square(sub(mul(this.scale, add(noise, 1)), this.shift))), mul(sum(this.shift), mean(x)));
  };
}

const rows = { values: Float32Array.from({ length: 13 }, (_, i) => Math.cos(i)), shape: [13] };
const learningRate = exponentialDecay({ from: 0.2, decay: 0.5, steps: 10 });

/** Runs to the end or, with `stopAt`, to that step; through JSON, as a file would. */
async function run(
  data: typeof rows | typeof stream,
  optimizer: Optimizer,
  options: Partial<FitOptions<Tensor>>,
  stopAt?: number,
  from?: Checkpoint,
) {
  const module = new Scale();
  const controller = new AbortController();
  const events: Omit<StepEvent, 'stepsPerSecond' | 'totalSteps'>[] = [];
  const checkpoints: Checkpoint[] = [];
  const result = await fit(module.loss, data, {
    module,
    optimizer,
    batchSize: 4,
    ...(from
      ? { checkpoint: { progress: JSON.parse(JSON.stringify(from.progress)), tensors: from.tensors } }
      : { seed: 5 }),
    ...options,
    signal: controller.signal,
    onStep: ({ step, epoch, loss, learningRate }) => {
      events.push({ step, epoch, loss, learningRate });
      if (step === stopAt) controller.abort();
    },
    onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
  });
  const weights = await Promise.all([...module.variables().values()].map(async (owned) => [...(await owned.data())]));
  module.dispose();
  return { result, weights, events, checkpoints };
}

function* stream({ seed: key, epoch }: { seed: Key; epoch: number }) {
  for (const i of permutation(key, 3)) yield tensor1d([i, epoch]);
}

describe('a run goes on from a checkpoint bit for bit', () => {
  const fraction = { validation: { fraction: 0.3 } };
  test.each<[string, typeof rows | typeof stream, Optimizer, Partial<FitOptions<Tensor>>, FitResult['stopped']]>([
    // 9 rows to train on: 3 steps an epoch.
    [
      'with validation, early stopping, averages and clipping',
      rows,
      adam({ learningRate: 1, ema: 0.5, clipNorm: 2 }),
      { ...fraction, epochs: 99, patience: 2 },
      'patience',
    ],
    [
      'with validation and no averages',
      rows,
      adamW({ learningRate, weightDecay: 0.1 }),
      { ...fraction, epochs: 4 },
      'finished',
    ],
    ['to a step in the middle of an epoch', rows, adamax({ learningRate }), { steps: 9 }, 'finished'],
    [
      'with a step between the readings',
      rows,
      adam({ learningRate, ema: 0.5 }),
      { epochs: 3, readEvery: 2 },
      'finished',
    ],
    [
      'on a stream of batches',
      stream,
      adam({ learningRate, ema: 0.8 }),
      { epochs: 3, validation: { data: rows } },
      'finished',
    ],
  ])('%s', async (_, data, optimizer, options, stopped) => {
    const { numTensors } = memory();
    const whole = await run(data, optimizer, options);
    expect(whole.result.stopped).toBe(stopped);
    for (const stopAt of [1, 2, 3, 5, 7]) {
      const first = await run(data, optimizer, options, stopAt);
      expect(first.result.stopped).toBe('aborted');
      const second = await run(data, optimizer, options, undefined, first.result.checkpoint);
      expect(second.result).toEqual(whole.result);
      expect(second.weights).toEqual(whole.weights);
      expect([...first.events, ...second.events]).toEqual(whole.events);
    }
    expect(memory().numTensors).toBe(numTensors);
  });

  test('from every checkpoint that was handed out, after steps or after epochs', async () => {
    const optimizer = adam({ learningRate, ema: 0.8 });
    for (const checkpointEvery of [{ steps: 2 }, { epochs: 1 }]) {
      const whole = await run(rows, optimizer, { ...fraction, epochs: 3, checkpointEvery });
      expect(whole.checkpoints.map(({ progress }) => progress.step)).toEqual(
        'steps' in checkpointEvery ? [2, 4, 6, 8] : [3, 6, 9],
      );
      for (const checkpoint of whole.checkpoints) {
        const rest = await run(rows, optimizer, { ...fraction, epochs: 3, checkpointEvery }, undefined, checkpoint);
        expect(rest.result).toEqual(whole.result);
        expect(rest.weights).toEqual(whole.weights);
      }
    }
  });

  test('from the end of a shorter run, whole epochs or not', async () => {
    const optimizer = adam({ learningRate });
    const whole = await run(rows, optimizer, { ...fraction, steps: 8 });
    for (const steps of [4, 6]) {
      const shorter = await run(rows, optimizer, { ...fraction, steps });
      expect(shorter.result.stopped).toBe('finished');
      expect(shorter.result.epoch).toBe(2);
      const longer = await run(rows, optimizer, { ...fraction, steps: 8 }, undefined, shorter.result.checkpoint);
      expect(longer.result).toEqual(whole.result);
      expect(longer.weights).toEqual(whole.weights);
    }
  });

  test('a finished run stays finished', async () => {
    const whole = await run(rows, adam({ ema: 0.5 }), { ...fraction, epochs: 2 });
    const again = await run(rows, adam({ ema: 0.5 }), { ...fraction, epochs: 2 }, undefined, whole.result.checkpoint);
    expect(again.events).toEqual([]);
    expect(again.result).toEqual(whole.result);
    expect(again.weights).toEqual(whole.weights);
  });

  test('when it was stopped during validation', async () => {
    const optimizer = adam({ learningRate });
    const whole = await run(rows, optimizer, { ...fraction, epochs: 3 });
    const controller = new AbortController();
    const module = new Scale();
    let steps = 0;
    const loss = (x: Tensor, info: LossInfo) => {
      if (info.training) steps++;
      else if (steps === 6) controller.abort();
      return module.loss(x, info);
    };
    const first = await fit(loss, rows, {
      module,
      optimizer,
      batchSize: 4,
      seed: 5,
      ...fraction,
      epochs: 3,
      signal: controller.signal,
    });
    module.dispose();
    expect(first).toMatchObject({ stopped: 'aborted', step: 6, epoch: 1 });
    const second = await run(rows, optimizer, { ...fraction, epochs: 3 }, undefined, first.checkpoint);
    expect(second.result).toEqual(whole.result);
  });
});

describe('a checkpoint', () => {
  test('is plain data with a tensor under every name', async () => {
    const { result } = await run(rows, adam({ ema: 0.5 }), { validation: { fraction: 0.3 }, epochs: 1 });
    const { progress, tensors } = result.checkpoint;
    expect(JSON.parse(JSON.stringify(progress))).toEqual(progress);
    expect(progress).toMatchObject({
      version: 1,
      key: { high: 0, low: 5 },
      batchSize: 4,
      rows: 9,
      step: 3,
      epoch: 1,
      batch: 0,
    });
    expect(Object.keys(tensors).join(' ')).toBe(
      'weights/scale weights/shift weights/seen first/scale first/shift second/scale second/shift average/scale average/shift ' +
        'best/scale best/shift best/seen',
    );
    expect(tensors['weights/seen']).toEqual({ shape: [], values: new Float32Array([3]) });
    expect(tensors['first/scale'].shape).toEqual([2]);
  });

  test('of another run is refused, and nothing leaks', async () => {
    const optimizer = adam();
    const { result } = await run(rows, optimizer, { steps: 1 });
    const { checkpoint } = result;
    const { numTensors } = memory();
    const module = new Scale();
    const go = (options: Partial<FitOptions<Tensor>>, other: Partial<Checkpoint> = {}, data = rows) =>
      fit(module.loss, data, {
        module,
        optimizer,
        batchSize: 4,
        steps: 2,
        checkpoint: { ...checkpoint, ...other },
        ...options,
      });
    const { 'weights/scale': _, ...fewer } = checkpoint.tensors;
    await expect(go({ batchSize: 5 })).rejects.toThrow("fit: batchSize must be 4 like the checkpoint's, got 5");
    await expect(go({ seed: 6 })).rejects.toThrow("fit: seed must be absent or the checkpoint's, got another");
    await expect(go({ optimizer: adamax() })).rejects.toThrow(
      'fit: checkpoint must have maximum/scale, got none of that name',
    );
    await expect(go({ optimizer: adam({ ema: 0.9 }) })).rejects.toThrow(
      'fit: checkpoint must have average/scale, got none of that name',
    );
    await expect(go({}, { tensors: fewer })).rejects.toThrow(
      'fit: checkpoint must have weights/scale, got none of that name',
    );
    await expect(go({}, { progress: { ...checkpoint.progress, version: 2 as 1 } })).rejects.toThrow(
      'fit: checkpoint must be of version 1, got 2',
    );
    await expect(go({}, {}, { values: rows.values.subarray(3), shape: [10] })).rejects.toThrow(
      "fit: data must have 13 rows to train on like the checkpoint's, got 10",
    );
    const shape = { ...checkpoint.tensors, 'weights/scale': { shape: [1, 2], values: new Float32Array(2) } };
    await expect(go({}, { tensors: shape })).rejects.toThrow("fit: checkpoint's weights/scale must be [2], got [1, 2]");
    await expect(module.scale).toBeAllClose([3, -3]);
    module.dispose();
    expect(memory().numTensors).toBe(numTensors);
  });

  test('holds its own numbers', async () => {
    const checkpoints: Checkpoint[] = [];
    const module = new Scale();
    await fit(module.loss, rows, {
      module,
      steps: 2,
      checkpointEvery: { steps: 1 },
      onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
    });
    module.dispose();
    expect(checkpoints[0].tensors['weights/scale'].values).not.toEqual(checkpoints[1].tensors['weights/scale'].values);
    expect(checkpoints[0].progress.step).toBe(1);
  });
});
