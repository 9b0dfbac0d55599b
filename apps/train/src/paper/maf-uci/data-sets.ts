import type { Activation } from '@pushforward/tensor';
import { UserError } from '../../terminal/errors.js';
import type { Archive } from './archive.js';
import { readBsds300 } from './bsds300.js';
import { readGas } from './gas.js';
import { readHepmass } from './hepmass.js';
import { readMiniboone } from './miniboone.js';
import { readPower } from './power.js';
import { rowRange, type Splits } from './splits.js';

/** A data set of the table. */
export interface DataSet {
  name: string;
  title: string;
  /** How many columns the paper has. */
  dim: number;
  /** How wide the networks' two hidden layers are. */
  hidden: number;
  activation: Activation;
  read(archive: Archive): Promise<Splits>;
}

/** In the order of the paper. Widths and activations are those of `run_experiments.py` of the authors' program. */
export const dataSets: readonly DataSet[] = [
  { name: 'power', title: 'POWER', dim: 6, hidden: 100, activation: 'relu', read: readPower },
  { name: 'gas', title: 'GAS', dim: 8, hidden: 100, activation: 'tanh', read: readGas },
  { name: 'hepmass', title: 'HEPMASS', dim: 21, hidden: 512, activation: 'relu', read: readHepmass },
  { name: 'miniboone', title: 'MINIBOONE', dim: 43, hidden: 512, activation: 'relu', read: readMiniboone },
  { name: 'bsds300', title: 'BSDS300', dim: 63, hidden: 512, activation: 'relu', read: readBsds300 },
];

const QUICK = { train: 20_000, validation: 2000, test: 2000 };

/**
 * @param quick whether to take the first rows alone
 * @throws UserError if the files are not there, damaged, or not those of the paper
 */
export async function readDataSet(set: DataSet, archive: Archive, quick: boolean): Promise<Splits> {
  const splits = await set.read(archive);
  const { columns } = splits.train;
  if (columns !== set.dim)
    throw new UserError(
      `${archive.name}: ${set.title} must come to ${set.dim} columns as in the paper, comes to ${columns}`,
    );
  const empty = (['train', 'validation', 'test'] as const).find((part) => splits[part].rows < 2);
  if (empty)
    throw new UserError(`${archive.name}: ${set.title} has too few rows: ${splits[empty].rows} to ${empty} on`);
  if (!quick) return splits;
  const first = (part: keyof Splits) => rowRange(splits[part], 0, Math.min(splits[part].rows, QUICK[part]));
  return { train: first('train'), validation: first('validation'), test: first('test') };
}
