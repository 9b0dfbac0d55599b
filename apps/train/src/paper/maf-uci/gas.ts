import { covariance, type Matrix, takeColumns } from '../../statistics/statistics.js';
import { type Archive, readCsv, shownFile } from './archive.js';
import { lastTenths, type Splits } from './splits.js';
import { columnStandard, standardize } from './standardize.js';

const FILE = 'gas/ethylene_CO.csv';
const ALIKE = 0.98;

/**
 * Chemical sensors in mixtures of gases: without the time and the two concentrations, which are set by hand and stay for a while, and without
 * sensors that say what another one says; standardised by all rows.
 *
 * Source: the paper's appendix D, and `datasets/gas.py` of the authors' program.
 */
export async function readGas(archive: Archive): Promise<Splits> {
  const sensors = await readCsv(
    archive,
    FILE,
    { drop: ['Time', 'Meth', 'Eth'] },
    {
      published: 'gas/ethylene_CO.pickle',
      why: 'is a pickle, which may run any program when it is opened, and is not read here',
      python: "import pandas; pandas.read_pickle('ethylene_CO.pickle').to_csv('ethylene_CO.csv', index=False)",
    },
  );
  const rows = takeColumns(sensors, unlike(sensors));
  return lastTenths(standardize(rows, columnStandard(rows, 'n − 1', shownFile(archive, FILE))));
}

/** The columns that are left when, again and again, the first one goes that is correlated with another one by more than 0.98. */
function unlike(matrix: Matrix): number[] {
  const { columns } = matrix;
  const cov = covariance(matrix);
  const variance = (i: number) => cov[i * columns + i];
  const areAlike = (i: number, j: number) => cov[i * columns + j] / Math.sqrt(variance(i) * variance(j)) > ALIKE;
  const left = Array.from({ length: columns }, (_, i) => i);
  for (;;) {
    const first = left.findIndex((i) => left.some((j) => j !== i && areAlike(i, j)));
    if (first < 0) return left;
    left.splice(first, 1);
  }
}
