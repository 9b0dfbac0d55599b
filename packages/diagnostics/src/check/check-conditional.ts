import type { Tensor } from '@tensorflow/tfjs-core';
import type { Distribution } from '@pushforward/distributions';
import { checkOptions, key, split } from '@pushforward/tensor';
import { joinColumns, readMatrix, takeRows } from '../arrays/matrix.js';
import { readOnce } from '../arrays/read-once.js';
import { contextTest } from '../conditional/context-test.js';
import { checkPairs, type ConditionalRanks, conditionalRanks } from '../conditional/ranks.js';
import { hasResiduals } from '../residuals/residuals.js';
import { type UniformityResult, uniformityTest } from '../residuals/uniformity.js';
import { classifierTest } from '../samples/classifier.js';
import { DRAWS } from '../tests/p-values.js';
import {
  type CheckOptions,
  chooseRows,
  countImpossible,
  type DensityCheck,
  finiteResiduals,
  logDensities,
  possibleRows,
} from './check-density.js';
import { type CheckedTest, judge, type RawTest, verdictOf } from './report.js';
import { testResiduals } from './residual-tests.js';

/** The result of {@link checkConditional}. */
export interface ConditionalCheck {
  /** In a sentence. */
  verdict: string;
  /** Whether no test found the model wrong. */
  passes: boolean;
  tests: CheckedTest[];
  /** The rows that were used, and of these the ones with a density of 0, which have no residuals. */
  rows: number;
  impossible: number;
  ranks: ConditionalRanks;
  /** The tests of the ranks, with their bands. */
  calibration: { byValue: UniformityResult; byDensity: UniformityResult; byDistance: UniformityResult };
  /** Absent for a model whose base has no known distribution function. */
  residuals?: DensityCheck['residuals'];
}

/**
 * Whether a conditional density, such as a posterior, is that of some pairs which it was not fitted to: simulation-based calibration, expected coverage and
 * TARP, see {@link conditionalRanks}; a classifier that sees the context too; the tests of residuals, which the inverse under each row's context gives exactly;
 * and whether these still depend on the context, see {@link contextTest}. The chance that any of them finds a
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
  checkOptions('checkConditional', options, ['draws', 'seed', 'level', 'maxRows', 'onStep']);
  checkPairs('checkConditional', model, x, context);
  const { draws = DRAWS, level = 0.05, onStep: step = () => {} } = options;
  const [choice, ranking, values, densities, distances, sampling, ofClassifier, ofResiduals, ofContext] = split(
    key(options.seed),
    9,
  );
  using chosen = chooseRows('checkConditional', [x, context], options.maxRows, choice);
  const [data, given] = chosen.tensors;
  await step('log-densities');
  const impossible = countImpossible(await logDensities(model, data, given));
  await step('ranks');
  const ranks = await conditionalRanks(model, data, given, { seed: ranking });
  const calibration = {
    byValue: uniformityTest(ranks.byValue, { draws, level, seed: values, independent: false }),
    byDensity: uniformityTest(ranks.byDensity, { draws, level, seed: densities }),
    byDistance: uniformityTest(ranks.byDistance, { draws, level, seed: distances }),
  };
  const measures = 'least two-sided tail of the ECDF of ranks';
  const rows = data.shape[0];
  const tests: RawTest[] = [
    ...possibleRows(impossible, rows),
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
  const [sample] = await readOnce(() => [model.sample([], { context: given, seed: sampling })]);
  const contexts = await readMatrix(given);
  const classifier = classifierTest(joinColumns(await readMatrix(data), contexts), joinColumns(sample, contexts), {
    seed: ofClassifier,
  });
  tests.push({
    ...classifier,
    name: 'classifier',
    measures: 'accuracy on unseen pairs of data and samples',
    means: {
      rejected: `A classifier that sees the context tells data from samples in ${(100 * classifier.statistic).toFixed(0)} % of the cases.`,
      kept: 'A classifier that sees the context cannot tell data from samples of the model.',
    },
  });
  const found = hasResiduals(model) ? await finiteResiduals(model, data, given) : undefined;
  const ofModel = found && (await testResiduals(found.residuals, { draws, level, seed: ofResiduals, step }));
  if (found && ofModel) {
    tests.push(...ofModel.tests);
    await step('dependence on the context');
    const dependence = contextTest(found.residuals.u, takeRows(contexts, found.rows), { draws, seed: ofContext });
    const what = dependence.isSpread ? 'The spread of residual' : 'Residual';
    tests.push({
      ...dependence,
      name: 'dependence on the context',
      measures: 'largest |rank correlation| of a residual, or of its spread, with a given number',
      means: {
        rejected: `${what} ${dependence.residual + 1} still moves with given number ${dependence.given + 1}: the model does not use all that it is given.`,
        kept: 'No residual moves with what is given: the model uses it, as far as these rows can tell.',
      },
    });
  }
  const judged = judge(tests, level);
  return {
    verdict: verdictOf(judged, rows, level),
    passes: !judged.some(({ rejects }) => rejects),
    tests: judged,
    rows,
    impossible,
    ranks,
    calibration,
    ...(found && ofModel
      ? { residuals: { ...found.residuals, uniformity: ofModel.uniformity, correlation: ofModel.correlation } }
      : {}),
  };
}
