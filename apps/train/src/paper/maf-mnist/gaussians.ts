import { fitGaussian, gaussianLogProb } from '../../statistics/gaussian-baseline.js';
import { type Matrix, takeRows } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';
import { checkInterrupted, type Host } from '../../terminal/host.js';

/** Digits as points of the real line, with what each of them shows. */
export interface LabelledRows {
  rows: Matrix;
  labels: Uint8Array;
}

/** How many test rows are scored between two looks at whether the program is to stop. */
const CHUNK = 1000;

/**
 * Fits a Gaussian with full covariance to the training rows, or one to those of each label, and gives the log-density of the test rows.
 *
 * @throws InterruptedError if the user asks to stop
 */
export async function gaussianScores(
  host: Host,
  train: LabelledRows,
  test: Matrix,
  isConditional: boolean,
): Promise<Float64Array> {
  const labels = isConditional ? [...new Set(train.labels)].toSorted((a, b) => a - b) : [undefined];
  const densities = labels.map(() => new Float64Array(test.rows));
  for (const [i, label] of labels.entries()) {
    const own = label === undefined ? train.rows : takeRows(train.rows, indicesOf(train.labels, label));
    const gaussian = fitGaussian(own);
    if ('dependentColumn' in gaussian)
      throw new UserError(`pixel ${gaussian.dependentColumn} follows from those before it in the digits of this size`);
    for (let start = 0; start < test.rows; start += CHUNK) {
      const rows = Math.min(CHUNK, test.rows - start);
      const values = test.values.subarray(start * test.columns, (start + rows) * test.columns);
      densities[i].set(gaussianLogProb(gaussian, { ...test, values, rows }), start);
      await new Promise((resolve) => setImmediate(resolve));
      checkInterrupted(host);
    }
  }
  return meanDensity(densities);
}

/** The log of the mean of densities, row by row: p(x) where every label is as likely as another. */
export function meanDensity(logDensities: readonly Float64Array[]): Float64Array {
  return logDensities[0].map((_, row) => {
    const values = logDensities.map((density) => density[row]);
    const largest = Math.max(...values);
    const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
    return largest + Math.log(sum / values.length);
  });
}

function indicesOf(labels: Uint8Array, label: number): number[] {
  return [...labels.keys()].filter((i) => labels[i] === label);
}
