import { type Key, split } from '@pushforward/tensor';
import { type CorrelationResult, correlationTest } from '../residuals/correlation.js';
import { energyTest } from '../residuals/energy.js';
import type { Residuals } from '../residuals/residuals.js';
import { type UniformityResult, uniformityTest } from '../residuals/uniformity.js';
import type { RawTest } from './report.js';

/** Called between two tests of a check: it may tell whoever waits, or stop the check by an error. */
export type Step = (next: string) => void | Promise<void>;

/** The tests of residuals, and what they are drawn from. */
export interface ResidualTests {
  tests: RawTest[];
  uniformity: UniformityResult;
  correlation?: CorrelationResult;
}

/** Every test that needs residuals alone. */
export async function testResiduals(
  { z, u }: Residuals,
  { draws, level, seed, step }: { draws: number; level: number; seed: Key; step: Step },
): Promise<ResidualTests> {
  const [a, b, c, d] = split(seed, 4);
  await step('PIT');
  const uniformity = uniformityTest(u, { draws, level, seed: a });
  const least = uniformity.columns.reduce(
    (best, { statistic }, i, all) => (statistic < all[best].statistic ? i : best),
    0,
  );
  const tests: RawTest[] = [
    {
      ...uniformity,
      name: 'PIT',
      measures: 'least two-sided tail of the ECDF',
      means: {
        rejected: `Given the columns before it, residual ${least + 1} is not distributed as the model says: its quantiles, and intervals made of them, are off.`,
        kept: 'Each residual is distributed as the model says, as far as these rows can tell.',
      },
    },
  ];
  await step('energy distance');
  tests.push({
    ...energyTest(z, { draws, seed: b }),
    name: 'energy distance',
    measures: 'energy distance of the residuals from N(0, I), times n',
    means: {
      rejected: 'The residuals together are not standard normal: the model misplaces probability somewhere.',
      kept: 'The residuals together look standard normal.',
    },
  });
  if (z.columns < 2) return { tests, uniformity };
  await step('correlation');
  const correlation = correlationTest(z, { draws, seed: c });
  const squares = correlationTest(z, { draws, seed: d, of: 'squares' });
  tests.push(
    {
      ...correlation,
      name: 'correlation',
      measures: 'largest |correlation| of two residuals',
      means: {
        rejected: `Residuals ${pair(correlation)} still move together: the model misses a dependence.`,
        kept: 'No two residuals move together: no linear dependence is missed.',
      },
    },
    {
      ...squares,
      name: 'correlation of squares',
      measures: 'largest |correlation| of two squared residuals',
      means: {
        rejected: `Residuals ${pair(squares)} are large at the same time: the model misses that the spread of one depends on the other.`,
        kept: 'No two residuals are large at the same time: no dependence of spreads is missed.',
      },
    },
  );
  return { tests, uniformity, correlation };
}

/** The two residuals of the largest correlation, counted from 1. */
const pair = (of: CorrelationResult) => of.pair.map((i) => i + 1).join(' and ');
