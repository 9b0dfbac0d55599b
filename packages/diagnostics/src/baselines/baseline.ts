import type { Matrix } from '../arrays/matrix.js';

/** A simple density, fitted to some rows: what a better model has to beat. */
export interface Baseline {
  /** As it is shown: `Gaussian`. */
  name: string;
  /** The log-density of each row, in nats; null if the rows have no such density, as where a column is constant. */
  fit(rows: Matrix): ((rows: Matrix) => Float64Array) | null;
}
