import { dispose } from '@tensorflow/tfjs-core';
import { maximumLikelihood } from '@pushforward/distributions';
import { adam, cosineDecay, fit, type FitHandlers, type StepEvent } from '@pushforward/training';
import { BATCH_SIZE, CLIP_NORM, LEARNING_RATE } from '../model/optimization.js';
import type { PreparedRows } from '../model/prepare-rows.js';
import type { Settings } from '../model/recipe.js';
import type { Frame } from './protocol.js';
import { type Model, toTensors } from './model.js';

/** How long training goes on at least between two frames, and how often as long as a frame took. */
const PAUSE = 90;
const SHARE = 4;

interface Progress {
  frame: Frame;
  losses: Float32Array;
  stepsPerSecond: number;
}

/** Trains a model, and shows it now and then. */
export async function train(
  model: Model,
  { train: rows }: PreparedRows,
  { steps, seed }: Settings,
  show: (progress: Progress) => void,
  /** What must end before a step begins. */
  turn: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<number> {
  const { flow, snapshots } = model;
  const data = toTensors(rows);
  const losses: number[] = [];
  let next = 0;
  const onStep: FitHandlers['onStep'] = async ({ step, loss, stepsPerSecond }: StepEvent) => {
    losses.push(loss);
    if (snapshots.isDue(step)) await snapshots.keep(flow, step);
    await turn();
    const start = performance.now();
    if (start < next || step === steps) return;
    const frame = await model.frame(flow, step, 72);
    show({ frame, losses: Float32Array.from(losses.splice(0)), stepsPerSecond });
    const end = performance.now();
    next = end + Math.max(PAUSE, SHARE * (end - start));
  };
  try {
    const optimizer = adam({ learningRate: cosineDecay({ from: LEARNING_RATE, steps }), clipNorm: CLIP_NORM });
    const options = { optimizer, steps, batchSize: BATCH_SIZE, seed, signal, onStep };
    const loss = maximumLikelihood(flow);
    const { step } = data.context
      ? await fit(loss, { x: data.x, context: data.context }, options)
      : await fit(loss, data.x, options);
    show({ frame: await model.frame(flow, step, 144), losses: Float32Array.from(losses), stepsPerSecond: 0 });
    return step;
  } finally {
    dispose({ ...data });
  }
}
