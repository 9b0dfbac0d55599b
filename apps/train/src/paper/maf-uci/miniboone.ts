import { concatenateRows } from '../../statistics/statistics.js';
import { type Archive, readMatrix, shownFile } from './archive.js';
import { lastTenths, type Splits } from './splits.js';
import { columnStandard, standardize } from './standardize.js';

const FILE = 'miniboone/data.npy';

/**
 * Events of a neutrino detector, standardised by what is not tested on. Outliers, and features that have the same value too often, are left out of the
 * published file already.
 *
 * Source: the paper's appendix D, and `datasets/miniboone.py` of the authors' program.
 */
export async function readMiniboone(archive: Archive): Promise<Splits> {
  const { train, validation, test } = lastTenths(await readMatrix(archive, FILE));
  const standard = columnStandard(concatenateRows(train, validation), 'n', shownFile(archive, FILE));
  return {
    train: standardize(train, standard),
    validation: standardize(validation, standard),
    test: standardize(test, standard),
  };
}
