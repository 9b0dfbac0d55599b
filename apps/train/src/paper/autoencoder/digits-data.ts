import type { Digits } from '../../data/digits/images.js';
import { readIdxDirectory } from '../../data/digits/digits.js';
import { packageDigits } from '../../data/digits/package-digits.js';
import { shrink } from '../../data/digits/shrink.js';
import { formatCount } from '../../statistics/statistics.js';
import type { TableOptions } from '../table/paper-table.js';

/** The digits that a table of autoencoders trains on. */
export interface AutoencoderData {
  source: string;
  train: Digits;
  test: Digits;
}

/** All training digits of the official files, and all test digits; or nine in ten of the digits that npm brings, and when quick those at half their height and width. */
export async function readAutoencoderDigits(cwd: string, { data, quick }: TableOptions): Promise<AutoencoderData> {
  const parts =
    data === null ? await packageDigits([[1, 2, 3, 4, 5, 6, 7, 8, 9], [0]]) : await readIdxDirectory(cwd, data);
  const [train, test] = quick ? parts.map((part) => shrink(part)) : parts;
  return {
    source: `${formatCount(train.count)} digits of ${train.height} × ${train.width}, tested on ${formatCount(test.count)}`,
    train,
    test,
  };
}
