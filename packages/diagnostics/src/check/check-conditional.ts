import { gather, reshape, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Distribution } from '@pushforward/distributions';
import { key, split } from '@pushforward/tensor';
import { joinColumns, readMatrix } from '../arrays/matrix.js';
import { checkPairs, type ConditionalRanks, conditionalRanks } from '../conditional/ranks.js';
import { hasResiduals, type Residuals } from '../residuals/residuals.js';
import { type UniformityResult, uniformityTest } from '../residuals/uniformity.js';
import { classifierTest } from '../samples/classifier.js';
import { DRAWS } from '../tests/p-values.js';
import { type CheckOptions, chooseRows, finiteResiduals } from './check-density.js';
import { type CheckedTest, judge, type RawTest, verdictOf } from './report.js';
import { testResiduals } from './residual-tests.js';

/** What {@link checkConditional} found. */
export interface ConditionalCheck {
  /** In a sentence. */
  verdict: string;
  /** Whether no test found the model wrong. */
  passes: boolean;
  tests: CheckedTest[];
  /** The rows that were used. */
  rows: number;
  ranks: ConditionalRanks;
  /** The tests of the ranks, with their bands. */
  calibration: { byValue: UniformityResult; byDensity: UniformityResult; byDistance: UniformityResult };
  /** Absent for a model whose base has no known distribution function. */
  residuals?: Residuals;
}

/**
 * Whether a conditional density, such as a posterior, is that of some pairs which it was not fitted to: simulation-based calibration, expected coverage and
 * TARP, see {@link conditionalRanks}; a classifier that sees the context too; and the tests of residuals. The chance that any of them finds a
 * right model wrong is below the level (Holm's method).
 *
 * **Shapes**: x `[N, ...event]`, N at least 20; context `[N, C]`: the i-th row is drawn under the i-th context.
 *
 * @throws Error if x or context have other shapes than the model, or too few rows
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { maf } from '@pushforward/bijectors';
 * import { checkConditional } from '@pushforward/diagnostics';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 * import { key, normal } from '@pushforward/tensor';
 *
 * const posterior = new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 1, hidden: [8], seed: 0 }));
 * const context = normal(key(1), [100, 1]);
 * const x = posterior.sample([], { context, seed: 2 });
 * console.log((await checkConditional(posterior, x, context, { seed: 3 })).passes); // true
 * ```
 */
export async function checkConditional(
  model: Distribution,
  x: Tensor,
  context: Tensor,
  options: CheckOptions = {},
): Promise<ConditionalCheck> {
  checkPairs('checkConditional', model, x, context);
  const { draws = DRAWS, level = 0.05, onStep: step = () => {} } = options;
  const [choice, ranking, values, densities, distances, sampling, ofClassifier, ofResiduals] = split(
    key(options.seed),
    8,
  );
  using chosen = await chooseRows('checkConditional', x, options.maxRows, choice);
  const given = tidy(() => gather(context, tensor1d(chosen.indices, 'int32')));
  await step('ranks');
  const ranks = await conditionalRanks(model, chosen.x, given, { seed: ranking });
  const calibration = {
    byValue: uniformityTest(ranks.byValue, { draws, level, seed: values, independent: false }),
    byDensity: uniformityTest(ranks.byDensity, { draws, level, seed: densities }),
    byDistance: uniformityTest(ranks.byDistance, { draws, level, seed: distances }),
  };
  const measures = 'least two-sided tail of the ECDF of ranks';
  const tests: RawTest[] = [
    {
      ...calibration.byValue,
      name: 'simulation-based calibration',
      measures,
      means: {
        rejected: 'Marginals of the model are off: its means, deviations and quantiles cannot be trusted.',
        kept: 'Each marginal of the model is calibrated, as far as these rows can tell.',
      },
    },
    {
      ...calibration.byDensity,
      name: 'expected coverage',
      measures,
      means: {
        rejected: 'Regions of highest density hold the truth too rarely or too often.',
        kept: 'Regions of highest density hold the truth as often as they should.',
      },
    },
    {
      ...calibration.byDistance,
      name: 'TARP',
      measures,
      means: {
        rejected: 'Balls around random points hold the truth too rarely or too often: probability is misplaced.',
        kept: 'Balls around random points hold the truth as often as they should.',
      },
    },
  ];
  await step('classifier');
  const sample = tidy(() => reshape(model.sample([1], { context: given, seed: sampling }), chosen.x.shape));
  const contexts = await readMatrix(given);
  const classifier = classifierTest(
    joinColumns(await readMatrix(chosen.x), contexts),
    joinColumns(await readMatrix(sample), contexts),
    { seed: ofClassifier },
  );
  tests.push({
    ...classifier,
    name: 'classifier',
    measures: 'accuracy on unseen pairs of data and samples',
    means: {
      rejected: `A classifier that sees the context tells data from samples in ${(100 * classifier.statistic).toFixed(0)} % of the cases.`,
      kept: 'A classifier that sees the context cannot tell data from samples of the model.',
    },
  });
  const found = hasResiduals(model) ? await finiteResiduals(model, chosen.x, given) : undefined;
  sample.dispose();
  given.dispose();
  if (found) tests.push(...(await testResiduals(found, { draws, level, seed: ofResiduals, step })).tests);
  const judged = judge(tests, level);
  const rows = ranks.byValue.rows;
  return {
    verdict: verdictOf(judged, rows, level),
    passes: !judged.some(({ rejects }) => rejects),
    tests: judged,
    rows,
    ranks,
    calibration,
    ...(found ? { residuals: found } : {}),
  };
}
