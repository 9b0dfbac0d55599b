import type { Tensor } from '@tensorflow/tfjs-core';
import { affine, Chain, maf } from '@pushforward/bijectors';
import { checkConditional, checkDensity } from '@pushforward/diagnostics';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { foldIn, key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';

const REPETITIONS = 500;
const LEVEL = 0.05;
/** Four standard deviations of a binomial count above its mean: one of these tests in 30,000 goes beyond by chance. */
const MOST = REPETITIONS * LEVEL + 4 * Math.sqrt(REPETITIONS * LEVEL * (1 - LEVEL));
const LEAST = REPETITIONS * LEVEL - 4 * Math.sqrt(REPETITIONS * LEVEL * (1 - LEVEL));
/** Gives a level of exactly 0.05 to p-values of one side and of both, and lets each test reject after correction. */
const DRAWS = 199;
const ROWS = 40;

/** How often each test, at the level and by itself, found a right model wrong; and how often any did after correction. */
async function falseAlarms(
  repeat: (i: number) => Promise<{ passes: boolean; tests: readonly { name: string; pValue: number }[] }>,
): Promise<{ [name: string]: number }> {
  const counts: { [name: string]: number } = { any: 0 };
  for (let i = 0; i < REPETITIONS; i++) {
    const { passes, tests } = await repeat(i);
    if (!passes) counts.any++;
    for (const { name, pValue } of tests) counts[name] = (counts[name] ?? 0) + (pValue <= LEVEL ? 1 : 0);
  }
  return counts;
}

/** Those of which the p-value is uniform but for its steps, which make it smaller than it has to be nowhere. */
const EXACT = [
  'PIT',
  'energy distance',
  'correlation',
  'correlation of squares',
  'coverage',
  'expected coverage',
  'TARP',
  'dependence on the context',
];

function expectLevel(counts: { [name: string]: number }): void {
  for (const [name, count] of Object.entries(counts)) expect(count, name).toBeLessThanOrEqual(MOST);
  for (const name of EXACT) if (name in counts) expect(counts[name], name).toBeGreaterThanOrEqual(LEAST);
}

describe('the false alarms of a right model are as many as the level says', () => {
  test('of a density', { timeout: 300_000 }, async () => {
    const model = new Transformed(
      new StandardNormal(2),
      new Chain([maf({ dim: 2, hidden: [16], transforms: 2, seed: 3 }), affine({ loc: [300, 5], scale: [50, 0.2] })]),
    );
    const counts = await falseAlarms(async (i) => {
      const x = model.sample(ROWS, { seed: foldIn(key(1), i) });
      const check = await checkDensity(model, x, { seed: foldIn(key(2), i), draws: DRAWS });
      x.dispose();
      return check;
    });
    expect(Object.keys(counts)).toHaveLength(9);
    expectLevel(counts);
  });

  test('of a conditional density', { timeout: 300_000 }, async () => {
    const model = new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 1, hidden: [8], seed: 3 }));
    const counts = await falseAlarms(async (i) => {
      const context = normal(foldIn(key(3), i), [ROWS, 1]);
      const x: Tensor = model.sample([], { context, seed: foldIn(key(1), i) });
      const check = await checkConditional(model, x, context, { seed: foldIn(key(2), i), draws: DRAWS });
      for (const tensor of [x, context]) tensor.dispose();
      return check;
    });
    expect(Object.keys(counts)).toHaveLength(10);
    expectLevel(counts);
  });
});
