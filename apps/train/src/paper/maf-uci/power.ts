import { concatenateRows, type Matrix, takeColumns, takeRows } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';
import { type Archive, readMatrix, shownFile } from './archive.js';
import { NumpyRandom } from './numpy-random.js';
import { lastTenths, type Splits } from './splits.js';
import { columnStandard, standardize } from './standardize.js';

const FILE = 'power/data.npy';
const COLUMNS = 8;
/**
 * All but the reactive power (column 1), which is often exactly 0, where a density could grow without bound, and the intensity (column 3), which is nearly the
 * active power once more.
 */
const KEPT = [0, 2, 4, 5, 6, 7];
/**
 * How wide the uniform noise is, by place among the columns that are kept: as wide as the meters' last digit, without which values that occur again
 * and again would let a density grow without bound. Minutes of the day get none. In the order in which the authors draw it.
 */
const NOISE: readonly { width: number; places: readonly number[] }[] = [
  { width: 0.01, places: [1] },
  { width: 0.001, places: [0] },
  { width: 1, places: [2, 3, 4] },
];
const SEED = 42;

/**
 * Electric power of a household, minute by minute: shuffled, two columns left out, noise added, and standardised by what is not tested on.
 *
 * Source: the paper's appendix D, and `datasets/power.py` of the authors' program.
 */
export async function readPower(archive: Archive): Promise<Splits> {
  const raw = await readMatrix(archive, FILE);
  const shown = shownFile(archive, FILE);
  if (raw.columns !== COLUMNS) throw new UserError(`${shown}: must have ${COLUMNS} columns, has ${raw.columns}`);
  const random = new NumpyRandom(SEED);
  const rows = withNoise(takeColumns(takeRows(raw, random.shuffled(raw.rows)), KEPT), random);
  const { train, validation, test } = lastTenths(rows);
  const standard = columnStandard(concatenateRows(train, validation), 'n', shown);
  return {
    train: standardize(train, standard),
    validation: standardize(validation, standard),
    test: standardize(test, standard),
  };
}

function withNoise({ values, rows, columns }: Matrix, random: NumpyRandom): Matrix {
  const noisy = Float64Array.from(values);
  for (const { width, places } of NOISE)
    for (let row = 0; row < rows; row++)
      for (const place of places) noisy[row * columns + place] += width * random.uniform();
  return { values: noisy, rows, columns };
}
