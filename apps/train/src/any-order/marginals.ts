import { logFrequenciesOf } from '../columns/kinds/categories.js';
import { categoriesOf, type DeclaredKind } from '../columns/kinds/declared-kind.js';
import { present } from '../statistics/present.js';
import { column, estimate, type Matrix } from '../statistics/statistics.js';

/** What has a log-density for each value of one column. */
type Marginal = (value: number) => number;

/** Each column for itself, by the rows to train on that have a value: a Gaussian of numbers, `(n + ½) / (N + K/2)` of categories. */
export function marginalsOf(train: Matrix, kinds: readonly (DeclaredKind | null)[]): Marginal[] {
  return kinds.map((kind, i) => {
    const values = present(column(train, i));
    const categories = categoriesOf(kind);
    if (categories) {
      const logFrequencies = logFrequenciesOf(values, categories.length);
      return (code) => logFrequencies[code];
    }
    const { mean } = estimate(values);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return (value) => -0.5 * ((value - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));
  });
}

/** The log-density of every row under its columns for themselves, in nats; of what has a value. */
export function marginalDensities(marginals: readonly Marginal[], { values, rows, columns }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) =>
    marginals.reduce((sum, marginal, i) => {
      const value = values[row * columns + i];
      return Number.isNaN(value) ? sum : sum + marginal(value);
    }, 0),
  );
}
