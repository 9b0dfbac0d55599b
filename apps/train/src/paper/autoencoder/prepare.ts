import { digitsFingerprint } from '../../data/digits/digits-fingerprint.js';
import type { PaperTable, RowOutcome, RowWork } from '../table/paper-table.js';
import { type AutoencoderData, readAutoencoderDigits } from './digits-data.js';

/** How a table of autoencoders of two sizes reads its digits, and trains its rows on them. */
export function prepareAutoencoders<Size>(
  sizes: { full: Size; quick: Size },
  trainRow: (row: string, digits: AutoencoderData, size: Size, work: RowWork) => Promise<RowOutcome>,
): PaperTable['prepare'] {
  return async (cwd, options) => {
    const digits = await readAutoencoderDigits(cwd, options);
    return {
      source: digits.source,
      data: digitsFingerprint([digits.train, digits.test]),
      train: (row, work) => trainRow(row, digits, options.quick ? sizes.quick : sizes.full, work),
    };
  };
}
