import {
  add,
  memory,
  mul,
  neg,
  reshape,
  type Scalar,
  sum,
  tensor,
  type Tensor,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { formatShape, type Seed, sumTrailing } from '@pushforward/tensor';
import { assertClose, assertFreed, assertSame, broken, makeModule, rebuilt } from '@pushforward/tensor/testing';
import type { Distribution } from '../contract/distribution.js';
import { brokenOnTheLine } from './laws/the-line.js';
import { checkManyContexts } from './laws/contexts.js';
import { checkTypes } from './laws/types.js';
import { read } from './laws/read.js';

/** Options of {@link checkDistribution}. */
export interface CheckDistributionOptions {
  /**
   * Where the probability of an event that is one number lies, in ascending order: the values of a discrete distribution, or an interval
   * outside of which a density is negligible. Default: none, and neither the law of total probability nor that of the cumulative
   * distribution is checked.
   */
  support?: { values: readonly number[] } | { from: number; to: number };
  /** Whether gradients flow through samples to every trainable variable. Default: true, unless `support` lists values. */
  reparameterized?: boolean;
  /** The context of every call, `[...batch, C]`. Default: none. */
  context?: Tensor;
  /** The number of draws of the statistical laws. Default 20,000: a mean is then good to 0.7 % of a standard deviation. */
  samples?: number;
  /** An integer or a key for draws; the statistical laws allow for five standard errors. Default 0. */
  seed?: Seed;
}

/**
 * Checks every law that a distribution must obey, on the backend in use:
 *
 * - shapes of samples and log-probabilities, sample shape first, then batch, then event; an empty sample;
 * - the same seed gives the same sample, another seed another one;
 * - the same numbers for int32, bool and float32, in events and contexts, and for one event under many contexts as for copies of it;
 * - `sampleAndLogProb` agrees with `sample` and `logProb`;
 * - `jointLogProb` is the sum of `logProb`, whichever of them a subclass overrides;
 * - log-probabilities of any numbers, infinite ones too, are numbers or −∞, and −∞ outside the `support`; NaN stays in its event;
 * - the probability of all events is 1, and that of all events up to x is the share of a sample up to x (Kolmogorov and Smirnov's test);
 * - mean, standard deviation and entropy, where they have a closed form, against those of a sample;
 * - a finite gradient of the log-probability, and of a reparameterised sample, for every trainable variable;
 * - a configuration from which `buildModule` rebuilds the same distribution, log-probabilities and samples bit for bit;
 * - no leaked tensor in any call, nor after `dispose`.
 *
 * @param make gives a new distribution each time, of numbers or variables rather than of tensors
 * @throws Error that names the first law broken, where and by how much
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { Normal } from '@pushforward/distributions';
 * import { checkDistribution } from '@pushforward/distributions/testing';
 *
 * await checkDistribution(() => new Normal([0, 1], 2), { support: { from: -30, to: 30 } });
 * ```
 */
export async function checkDistribution(
  make: () => Distribution,
  options: CheckDistributionOptions = {},
): Promise<void> {
  const start = memory().numTensors;
  const distribution = makeModule(make);
  const isDiscrete = options.support !== undefined && 'values' in options.support;
  const subject: Subject = { distribution, samples: 20_000, seed: 0, reparameterized: !isDiscrete, ...options };
  await checkShapes(subject);
  await checkSeeds(subject);
  await checkDraws(subject);
  await checkJoint(subject);
  await checkLine(subject);
  await checkTypes(subject);
  await checkManyContexts(subject);
  if (options.support) await checkProbability(subject, options.support);
  await checkMoments(subject);
  await checkGradients(subject);
  if (subject.reparameterized) await checkSampleGradients(subject);
  await checkConfig(subject);
  checkMemory(subject);
  distribution.dispose();
  assertFreed(distribution, 'dispose', start);
}

interface Subject {
  distribution: Distribution;
  context?: Tensor;
  samples: number;
  seed: Seed;
  reparameterized: boolean;
}

function batchShapeOf({ distribution, context }: Subject): readonly number[] {
  return context ? context.shape.slice(0, -1) : distribution.batchShape;
}

async function checkShapes(subject: Subject): Promise<void> {
  const { distribution, context, seed } = subject;
  const batch = batchShapeOf(subject);
  for (const count of [3, 0, [], [2, 3]] as (number | number[])[]) {
    const lead = [count].flat();
    tidy(() => {
      const value = distribution.sample(count, { seed, context });
      const expected = [...lead, ...batch, ...distribution.eventShape];
      if (value.shape.join() !== expected.join()) {
        broken(
          distribution,
          'shapes',
          `sample(${JSON.stringify(count)}) must be ${formatShape(expected)}, got ${formatShape(value.shape)}`,
        );
      }
      const logProb = distribution.logProb(value, context);
      if (logProb.shape.join() !== [...lead, ...batch].join()) {
        broken(
          distribution,
          'shapes',
          `logProb of ${formatShape(value.shape)} must be ${formatShape([...lead, ...batch])}, got ${formatShape(logProb.shape)}`,
        );
      }
    });
  }
}

async function checkSeeds({ distribution, context }: Subject): Promise<void> {
  const draw = (seed?: Seed) => read(() => distribution.sample(50, { seed, context }));
  const [first, second, other] = [await draw(0), await draw(0), await draw(1)];
  if (String(first) !== String(second))
    broken(distribution, 'seeds', 'the same seed must give the same sample, got another');
  if (String(first) === String(other))
    broken(distribution, 'seeds', 'another seed must give another sample, got the same');
  if (String(await draw()) === String(await draw()))
    broken(distribution, 'seeds', 'no seed must give a fresh sample, got the same twice');
}

async function checkDraws({ distribution, context, seed }: Subject): Promise<void> {
  const law = 'sampleAndLogProb';
  const both = distribution.sampleAndLogProb(20, { seed, context });
  const value = await read(() => distribution.sample(20, { seed, context }));
  const logProb = await read(() => distribution.logProb(both.value, context));
  assertSame(distribution, law, 'the value', await both.value.data(), value);
  // A flow's two directions agree up to the rounding of either.
  assertClose(distribution, law, 'logProb', await both.logProb.data(), logProb, 1e-4);
  both.value.dispose();
  both.logProb.dispose();
}

async function checkJoint({ distribution, context, seed }: Subject): Promise<void> {
  const draws = distribution.sample([3, 2], { seed, context });
  const logProb = distribution.logProb(draws, context);
  for (let rank = 0; rank <= logProb.rank; rank++) {
    const joint = await read(() => distribution.jointLogProb(draws, rank, context));
    const total = await read(() => sumTrailing(logProb, rank).clone());
    assertClose(distribution, 'jointLogProb', `that over ${rank} axes`, joint, total, 1e-5);
  }
  draws.dispose();
  logProb.dispose();
}

async function checkLine({ distribution, context, seed }: Subject): Promise<void> {
  const draw = distribution.sample(3, { seed, context });
  const found = await brokenOnTheLine(distribution, draw, context);
  draw.dispose();
  if (found) broken(distribution, 'densities of all numbers', found);
}

const CELLS = 4000;

async function checkProbability(
  subject: Subject,
  support: NonNullable<CheckDistributionOptions['support']>,
): Promise<void> {
  const { distribution, context, samples, seed } = subject;
  const isDiscrete = 'values' in support;
  // The middles of cells, whose upper ends are where the probabilities up to them are compared.
  const width = isDiscrete ? 1 : (support.to - support.from) / CELLS;
  const points = isDiscrete
    ? [...support.values]
    : Array.from({ length: CELLS }, (_, i) => support.from + (i + 0.5) * width);
  const ends = isDiscrete ? points : points.map((point) => point + width / 2);
  const singles = [...batchShapeOf(subject), ...distribution.eventShape].map(() => 1);
  const logProb = await read(() =>
    distribution.logProb(reshape(tensor(points, [points.length], 'float32'), [points.length, ...singles]), context),
  );
  const draws = await read(() => distribution.sample(samples, { seed, context }));
  const columns = logProb.length / points.length;
  for (let column = 0; column < columns; column++) {
    const sorted = Float64Array.from({ length: samples }, (_, row) => draws[row * columns + column]).toSorted();
    let total = 0;
    let below = 0;
    let distance = 0;
    for (let i = 0; i < points.length; i++) {
      total += Math.exp(logProb[i * columns + column]) * width;
      while (below < samples && sorted[below] <= ends[i]) below++;
      distance = Math.max(distance, Math.abs(total - below / samples));
    }
    if (!(Math.abs(total - 1) < 1e-3))
      broken(distribution, 'total probability', `that of batch entry ${column} must be 1, got ${total}`);
    // Exceeded as rarely as five standard errors, says the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart.
    const bound = 2.75 / Math.sqrt(samples);
    if (!(distance < bound)) {
      broken(
        distribution,
        'the cumulative distribution',
        `a sample's must differ by less than ${bound}, got ${distance} in batch entry ${column}`,
      );
    }
  }
}

async function checkMoments(subject: Subject): Promise<void> {
  const { distribution, context, samples, seed } = subject;
  const value = await read(() => distribution.sample(samples, { seed, context }));
  const size = value.length / samples;
  const column = (i: number) => Array.from({ length: samples }, (_, row) => value[row * size + i]);
  const compare = (
    law: string,
    expected: ArrayLike<number>,
    estimate: (draws: number[]) => [number, number],
    columns: (i: number) => number[],
  ) => {
    for (let i = 0; i < expected.length; i++) {
      const [found, error] = estimate(columns(i));
      if (!(Math.abs(found - expected[i]) <= 5 * error + 1e-5 * Math.abs(expected[i]))) {
        broken(distribution, law, `number ${i} must be ${found} ± ${error} as in a sample, got ${expected[i]}`);
      }
    }
  };
  const means = await readIfClosed(() => distribution.mean());
  if (means) compare('the mean', means, meanAndError, column);
  const deviations = await readIfClosed(() => distribution.stddev());
  if (deviations) {
    compare('the standard deviation', deviations, deviationAndError, column);
  }
  const entropies = await readIfClosed(() => distribution.entropy());
  if (!entropies) return;
  const nats = await read(() => {
    const draws = distribution.sample(samples, { seed, context });
    return neg(distribution.logProb(draws, context));
  });
  const width = nats.length / samples;
  compare('the entropy', entropies, meanAndError, (i) =>
    Array.from({ length: samples }, (_, row) => nats[row * width + i]),
  );
}

/** Null where the distribution says that there is no closed form. */
function ifClosed<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if ((error as Error).message.includes('no closed form')) return null;
    throw error;
  }
}

async function readIfClosed(make: () => Tensor): Promise<ArrayLike<number> | null> {
  const result = ifClosed(make);
  return result && read(() => result);
}

function meanAndError(draws: number[]): [number, number] {
  const mean = draws.reduce((total, draw) => total + draw, 0) / draws.length;
  const variance = draws.reduce((total, draw) => total + (draw - mean) ** 2, 0) / draws.length;
  return [mean, Math.sqrt(variance / draws.length)];
}

/** By the delta method: the error of the variance over twice the deviation. */
function deviationAndError(draws: number[]): [number, number] {
  const [mean] = meanAndError(draws);
  const [variance, error] = meanAndError(draws.map((draw) => (draw - mean) ** 2));
  const deviation = Math.sqrt(variance);
  return [deviation, error / (2 * deviation)];
}

async function checkGradients(subject: Subject): Promise<void> {
  const { distribution, context, seed } = subject;
  const draws = distribution.sample(10, { seed, context });
  await checkGradientsOf(subject, 'gradients', () => sum(distribution.logProb(draws, context)));
  draws.dispose();
}

async function checkSampleGradients(subject: Subject): Promise<void> {
  const { distribution, context, seed } = subject;
  await checkGradientsOf(subject, 'gradients through samples', () => sum(distribution.sample(10, { seed, context })));
}

async function checkGradientsOf({ distribution }: Subject, law: string, scalar: () => Tensor): Promise<void> {
  const variables = [...distribution.variables()].filter(([, variable]) => variable.trainable);
  if (variables.length === 0) return;
  const inputs = variables.map(([, variable]) => variable);
  // A multiple of 0 of each, so that one without a gradient has zeros rather than none.
  const { value, grads } = variableGrads(
    () => inputs.reduce((total, input) => add(total, mul(sum(input), 0)), scalar()) as Scalar,
    inputs,
  );
  for (const [path, variable] of variables) {
    const gradient = await grads[variable.name].data();
    if (gradient.every((number) => number === 0))
      broken(distribution, law, `that of ${path} must not vanish, got only zeros`);
    if (!gradient.every(Number.isFinite))
      broken(distribution, law, `that of ${path} must be finite, got ${String(gradient)}`);
  }
  for (const tensor of [value, ...Object.values(grads)]) tensor.dispose();
}

async function checkConfig({ distribution, context, seed }: Subject): Promise<void> {
  const law = 'a configuration that rebuilds';
  const copy = rebuilt(distribution, law);
  const draws = distribution.sample(20, { seed, context });
  const results: Record<string, (of: Distribution) => Tensor> = {
    sample: (of) => of.sample(20, { seed, context }),
    logProb: (of) => of.logProb(draws, context),
  };
  for (const [name, result] of Object.entries(results))
    assertSame(distribution, law, name, await read(() => result(copy)), await read(() => result(distribution)));
  draws.dispose();
  copy.dispose();
}

function checkMemory({ distribution, context, seed }: Subject): void {
  const value = distribution.sample(5, { seed, context });
  const calls: Record<string, () => Tensor[]> = {
    sample: () => [distribution.sample(5, { context })],
    logProb: () => [distribution.logProb(value, context)],
    sampleAndLogProb: () => Object.values(distribution.sampleAndLogProb(5, { context })),
    mean: () => [distribution.mean()],
    stddev: () => [distribution.stddev()],
    entropy: () => [distribution.entropy()],
  };
  for (const [name, call] of Object.entries(calls)) {
    const before = memory().numTensors;
    const results = ifClosed(call) ?? [];
    assertFreed(distribution, name, before + results.length);
    for (const result of results) result.dispose();
  }
  value.dispose();
}
