import { dispose, gather, slice, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Distribution } from '@pushforward/distributions';
import { checkOptions, checkEvent, checkTensor, key, permutation, type Seed, split } from '@pushforward/tensor';
import { type Matrix, readMatrix, takeRows } from '../arrays/matrix.js';
import { readOnce } from '../arrays/read-once.js';
import { type BaselineResult, compareWithBaselines } from '../baselines/compare.js';
import { type CoverageResult, coverageTest, type LowDensityResult, lowDensityTest } from '../regions/log-density.js';
import type { CorrelationResult } from '../residuals/correlation.js';
import { hasResiduals, residuals, type Residuals } from '../residuals/residuals.js';
import type { UniformityResult } from '../residuals/uniformity.js';
import { classifierTest } from '../samples/classifier.js';
import { DRAWS } from '../tests/p-values.js';
import { type CheckedTest, judge, type RawTest, verdictOf } from './report.js';
import { type Step, testResiduals } from './residual-tests.js';

/** Options of {@link checkDensity} and {@link checkConditional}. */
export interface CheckOptions {
  /**
   * The number of simulations of each null hypothesis. Fewer than `tests / level`, 200 about, could find no model wrong: a p-value is at least
   * `1 / (draws + 1)`, and is adjusted for the number of tests. Default 499.
   */
  draws?: number;
  /** An integer or a key for every random choice. Default: a fresh key. */
  seed?: Seed;
  /** The chance that a right model is found wrong by some test. Default 0.05. */
  level?: number;
  /** The largest number of rows that are used, drawn at random. Default 5000. */
  maxRows?: number;
  /** Called before each test with its name, and awaited: to show progress, or to stop by throwing. */
  onStep?: Step;
}

/** The result of {@link checkDensity}. */
export interface DensityCheck {
  /** In a sentence. */
  verdict: string;
  /** Whether no test found the model wrong. */
  passes: boolean;
  tests: CheckedTest[];
  /** The rows that were used, and of these the ones with a density of 0, which only the log-density's tests see. */
  rows: number;
  impossible: number;
  /** Absent for a model whose base has no known distribution function. */
  residuals?: Residuals & { uniformity: UniformityResult; correlation?: CorrelationResult };
  coverage: CoverageResult;
  lowDensity: LowDensityResult;
  baselines: BaselineResult;
}

/** The fewest rows that are worth a check. */
const FEWEST = 20;
/** Samples of the model for each row: the more, the better its own log-densities are known. */
const SAMPLES_PER_ROW = 4;
/** Rows in one call of the model. */
const CHUNK = 1024;

/**
 * Whether a fitted density is that of some data which it was not fitted to: the tests of this package together, with the chance that any of them finds a
 * right model wrong below the level (Holm's method).
 *
 * For a conditional model there is {@link checkConditional}.
 *
 * **Shapes**: x `[N, ...event]`, N at least 20. **Units**: nats.
 *
 * @throws Error if x has another event shape, NaN or too few rows, or the model takes a context
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { affine } from '@pushforward/bijectors';
 * import { checkDensity } from '@pushforward/diagnostics';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 *
 * const truth = new StandardNormal(2);
 * const tooNarrow = new Transformed(truth, affine({ loc: [0, 0], scale: [0.6, 1] }));
 * const x = truth.sample(200, { seed: 0 });
 * console.log((await checkDensity(truth, x, { seed: 0 })).passes); // true
 * console.log((await checkDensity(tooNarrow, x, { seed: 0 })).passes); // false
 * ```
 */
export async function checkDensity(model: Distribution, x: Tensor, options: CheckOptions = {}): Promise<DensityCheck> {
  checkOptions('checkDensity', options, ['draws', 'seed', 'level', 'maxRows', 'onStep']);
  checkTensor('checkDensity: x', x);
  checkEvent('checkDensity: x', x.shape, model.eventShape);
  if (model.contextDim > 0)
    throw new Error(`checkDensity: model must take no context, got one that takes ${model.contextDim} numbers`);
  const { draws = DRAWS, level = 0.05, onStep: step = () => {} } = options;
  const [choice, sampling, ofResiduals, ofCoverage, ofLowest, ofClassifier, ofBaselines] = split(key(options.seed), 7);
  await step('log-densities');
  using rows = chooseRows('checkDensity', [x], options.maxRows, choice);
  const [chosen] = rows.tensors;
  const data = await readMatrix(chosen);
  const n = data.rows;
  const logProb = await logDensities(model, chosen);
  await step('samples');
  const drawn = await drawSamples(model, SAMPLES_PER_ROW * n, sampling);

  const impossible = countImpossible(logProb);
  const tests: RawTest[] = possibleRows(impossible, n);
  const found = hasResiduals(model) ? (await finiteResiduals(model, chosen))?.residuals : undefined;
  const ofModel = found && (await testResiduals(found, { draws, level, seed: ofResiduals, step }));
  if (ofModel) tests.push(...ofModel.tests);
  await step('classifier');
  const classifier = classifierTest(
    data,
    takeRows(
      drawn.values,
      Array.from({ length: n }, (_, i) => i),
    ),
    {
      seed: ofClassifier,
    },
  );
  await step('coverage');
  const coverage = coverageTest(logProb, drawn.logProb, { draws, level, seed: ofCoverage });
  const lowDensity = lowDensityTest(logProb, drawn.logProb, { draws, seed: ofLowest });
  await step('baselines');
  const baselines = compareWithBaselines(data, logProb, { seed: ofBaselines });
  tests.push(
    {
      ...classifier,
      name: 'classifier',
      measures: 'accuracy on unseen pairs of data and samples',
      means: {
        rejected: `A classifier tells data from the model's samples in ${(100 * classifier.statistic).toFixed(0)} % of the cases: samples do not stand in for data.`,
        kept: 'A classifier cannot tell data from samples of the model.',
      },
    },
    {
      ...coverage,
      name: 'coverage',
      measures: 'largest difference of coverages, in deviations',
      means: {
        rejected: `Regions that should hold ${percent(coverage.nominal, coverage)} of the data hold ${percent(coverage.coverage, coverage)}: regions and anomaly thresholds made of this density are off.`,
        kept: 'Regions of highest density hold as much of the data as the model says.',
      },
    },
    {
      ...lowDensity,
      name: 'lowest tenth',
      measures: 'mean log-density of the least likely tenth, data − model (nats)',
      means: {
        rejected:
          lowDensity.statistic < 0
            ? `The least likely tenth of the rows is ${nats(-lowDensity.statistic)} nats less likely than the model expects: its tails are too light, or it knows its training rows by heart.`
            : `The least likely tenth of the rows is ${nats(lowDensity.statistic)} nats likelier than the model expects: its tails are too heavy, or it spreads probability where no data are.`,
        kept: 'The least likely rows are as unlikely as the model expects.',
      },
    },
    {
      ...baselines,
      name: 'baselines',
      measures: 'evidence for a simple density against the model (nats)',
      means: {
        rejected: 'A simple density, fitted to half of these rows, beats the model on the other half.',
        kept:
          baselines.comparisons.length > 0
            ? 'No simple density is clearly better than the model.'
            : 'There is no simple density to compare with: a column is constant or follows from others.',
      },
    },
  );
  const judged = judge(tests, level);
  return {
    verdict: verdictOf(judged, n, level),
    passes: !judged.some(({ rejects }) => rejects),
    tests: judged,
    rows: n,
    impossible,
    ...(found && ofModel
      ? { residuals: { ...found, uniformity: ofModel.uniformity, correlation: ofModel.correlation } }
      : {}),
    coverage,
    lowDensity,
    baselines,
  };
}

/** To two digits, without an exponent. */
function nats(value: number): string {
  return value < 100 ? value.toPrecision(2) : Number(value.toPrecision(2)).toLocaleString('en');
}

/** A number where data and model differ most, in percent. */
function percent(values: Float64Array, { nominal, coverage, margin }: CoverageResult): string {
  let most = 0;
  for (let i = 0; i < nominal.length; i++) {
    const excess = (at: number) => Math.abs(coverage[at] - nominal[at]) / margin[at];
    if (excess(i) > excess(most)) most = i;
  }
  return `${(100 * values[most]).toFixed(1)} %`;
}

/** Some rows, the same of every tensor, in random order, as tensors of their own. */
export function chooseRows(name: string, all: readonly Tensor[], maxRows = 5000, seed: Seed) {
  const total = all[0].shape[0];
  if (total < FEWEST) throw new Error(`${name}: x must have at least ${FEWEST} rows, got ${total}`);
  const order = permutation(key(seed), total).slice(0, maxRows);
  const tensors = tidy(() => {
    const indices = tensor1d(order, 'int32');
    return all.map((tensor) => gather(tensor, indices));
  });
  return { tensors, [Symbol.dispose]: () => dispose(tensors) };
}

/** The log-density of every row. */
export async function logDensities(model: Distribution, x: Tensor, context?: Tensor): Promise<Float64Array> {
  const rows = x.shape[0];
  const result = new Float64Array(rows);
  for (let start = 0; start < rows; start += CHUNK) {
    const part = (tensor: Tensor) => slice(tensor, start, Math.min(CHUNK, rows - start));
    const [own] = await readOnce(() => [model.logProb(part(x), context && part(context))]);
    result.set(own.values, start);
  }
  return result;
}

/** The number of rows with a density of 0. */
export function countImpossible(logProb: Float64Array): number {
  return logProb.reduce((count, value) => count + (value === -Infinity ? 1 : 0), 0);
}

/** The test that rejects where some of n rows have a density of 0; none where none has. */
export function possibleRows(impossible: number, n: number): RawTest[] {
  if (impossible === 0) return [];
  return [
    {
      name: 'possible rows',
      measures: 'rows with a density of 0',
      statistic: impossible,
      pValue: 0,
      means: { rejected: `${impossible} of ${n} rows are impossible under the model.`, kept: '' },
    },
  ];
}

async function drawSamples(model: Distribution, count: number, seed: Seed) {
  const keys = split(key(seed), Math.ceil(count / CHUNK));
  const parts: { values: Matrix; logProb: Float64Array }[] = [];
  for (const [i, own] of keys.entries()) {
    const [values, logProb] = await readOnce(() => {
      const drawn = model.sampleAndLogProb(Math.min(CHUNK, count - i * CHUNK), { seed: own });
      return [drawn.value, drawn.logProb];
    });
    parts.push({ values, logProb: logProb.values });
  }
  const { columns } = parts[0].values;
  const values = new Float64Array(count * columns);
  const logProb = new Float64Array(count);
  for (const [i, part] of parts.entries()) {
    values.set(part.values.values, i * CHUNK * columns);
    logProb.set(part.logProb, i * CHUNK);
  }
  return { values: { values, rows: count, columns }, logProb };
}

/** The residuals of the rows that have them, and which rows these are; undefined if there are too few. */
export async function finiteResiduals(
  model: Distribution,
  x: Tensor,
  context?: Tensor,
): Promise<{ residuals: Residuals; rows: number[] } | undefined> {
  const { z, u } = await residuals(model, x, { context });
  const rows = Array.from({ length: z.rows }, (_, row) => row).filter((row) =>
    z.values.subarray(row * z.columns, (row + 1) * z.columns).every(Number.isFinite),
  );
  return rows.length < 3 ? undefined : { residuals: { z: takeRows(z, rows), u: takeRows(u, rows) }, rows };
}
