import '@tensorflow/tfjs';
import {
  concat,
  neg,
  mean as average,
  type Tensor,
  tensor2d,
  where,
  scalar,
  less,
  add,
  mul,
  split as parts,
} from '@tensorflow/tfjs-core';
import { AnyOrderDensity } from '@pushforward/made';
import { key, normal, uniform } from '@pushforward/tensor';
import { adam, cosineDecay, fit } from '@pushforward/training';
import { expect, test } from 'vitest';

// a, b = 0.8 a + 0.6 ε, c = a − b + 0.5 ε: a normal distribution whose conditionals have closed forms.
const covariance = [
  [1, 0.8, 0.2],
  [0.8, 1, -0.2],
  [0.2, -0.2, 0.65],
];

function rows(seed: number, count: number): Tensor {
  const [a, e, f] = parts(normal(key(seed), [count, 3]), 3, 1);
  const b = add(mul(0.8, a), mul(0.6, e));
  return concat([a, b, add(add(a, neg(b)), mul(0.5, f))], 1);
}

/** The mean and the deviation of one dimension given values of others. */
function conditional(place: number, given: readonly number[], values: readonly number[]): [number, number] {
  const inner = given.map((i) => given.map((j) => covariance[i][j]));
  const cross = given.map((i) => covariance[place][i]);
  const solved = given.length === 0 ? [] : given.length === 1 ? [[1 / inner[0][0]]] : inverse(inner);
  const weights = given.map((_, i) => cross.reduce((total, value, j) => total + value * solved[j][i], 0));
  const mean = weights.reduce((total, weight, i) => total + weight * values[i], 0);
  const variance = covariance[place][place] - weights.reduce((total, weight, i) => total + weight * cross[i], 0);
  return [mean, Math.sqrt(variance)];
}

function inverse([[a, b], [c, d]]: number[][]): number[][] {
  const det = a * d - b * c;
  return [
    [d / det, -b / det],
    [-c / det, a / det],
  ];
}

async function trained(data: Tensor): Promise<AnyOrderDensity> {
  const model = new AnyOrderDensity({ categories: [0, 0, 0], hidden: [32, 32], components: 2, seed: 0 });
  await fit((x: Tensor, { seed }) => neg(average(model.orderAgnosticLogProb(x, { seed }))), data, {
    module: model,
    optimizer: adam({ learningRate: cosineDecay({ from: 1e-2, steps: 780 }), clipNorm: 10 }),
    epochs: 25,
    batchSize: 256,
    seed: 1,
  });
  return model;
}

const questions: [place: number, given: number[], values: number[]][] = [
  [0, [], []],
  [2, [], []],
  [1, [0], [1.2]],
  [0, [1], [-1]],
  [0, [2], [0.7]],
  [2, [0, 1], [1, 0.5]],
  [0, [1, 2], [0.5, 0.3]],
];

async function compare(model: AnyOrderDensity): Promise<void> {
  const cells = 1200;
  const grid = Array.from({ length: cells }, (_, i) => -6 + (12 * (i + 0.5)) / cells);
  for (const [place, given, values] of questions) {
    const x = tensor2d(
      grid.map((value) =>
        [0, 1, 2].map((i) => (i === place ? value : given.includes(i) ? values[given.indexOf(i)] : NaN)),
      ),
    );
    const density = (await model.logProb(x, { of: [place], given }).data<'float32'>()).map(Math.exp);
    const moment = (of: (value: number) => number) =>
      density.reduce((total, value, i) => total + value * of(grid[i]) * (12 / cells), 0);
    const mean = moment((value) => value);
    const deviation = Math.sqrt(moment((value) => (value - mean) ** 2));
    const [expectedMean, expectedDeviation] = conditional(place, given, values);
    const what = `dimension ${place} given ${given.join()}`;
    // What so short a training on 8000 rows leaves.
    expect(Math.abs(mean - expectedMean), what).toBeLessThan(0.12 * expectedDeviation);
    expect(Math.abs(deviation / expectedDeviation - 1), what).toBeLessThan(0.1);
  }
}

test('conditionals of a normal distribution, given any others, are those of the closed form', async () => {
  await compare(await trained(rows(3, 8000)));
}, 120_000);

test('and so they are where a quarter of the numbers is missing', async () => {
  const whole = rows(3, 8000);
  const holes = where(less(uniform(key(4), whole.shape), 0.25), scalar(NaN), whole);
  await compare(await trained(holes));
}, 120_000);
