import { fitGaussian, type FullGaussian, gaussianLogProb } from '../../statistics/gaussian-baseline.js';
import { type Matrix, takeRows } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';

/** Digits as points of the real line, with what each of them shows. */
export interface LabelledRows {
  rows: Matrix;
  labels: Uint8Array;
}

/** Fits a Gaussian with full covariance to the training rows, or one to those of each label, and gives the log-density of the test rows. */
export function gaussianScores(train: LabelledRows, test: LabelledRows, isConditional: boolean): Float64Array {
  const labels = isConditional ? [...new Set(train.labels)].toSorted((a, b) => a - b) : [undefined];
  const densities = labels.map((label) => {
    const own = label === undefined ? train.rows : takeRows(train.rows, indicesOf(train.labels, label));
    const gaussian = fitGaussian(own);
    if ('dependentColumn' in gaussian)
      throw new UserError(`pixel ${gaussian.dependentColumn} follows from those before it in the digits of this size`);
    return gaussianLogProb(gaussian satisfies FullGaussian, test.rows);
  });
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
