import type { Digits } from '../../data/digits/images.js';
import { readIdxDirectory, takeDigits } from '../../data/digits/digits.js';
import { packageDigits } from '../../data/digits/package-digits.js';
import { shrink } from '../../data/digits/shrink.js';
import { formatCount } from '../../statistics/statistics.js';
import type { TableOptions } from '../table/paper-table.js';

/** The digits of the table, in the paper's split. */
export interface MafMnistData {
  source: string;
  train: Digits;
  validation: Digits;
  test: Digits;
}

const VALIDATION = 10_000;

/**
 * The official digits, the last 10,000 of the training files to validate on as in the paper; without a directory, or where it is to be quick, 10,000 digits,
 * when quick at half their height and width.
 */
export async function readMafMnist(cwd: string, { data, quick }: TableOptions): Promise<MafMnistData> {
  const parts =
    data === null ? await packageDigits([[2, 3, 4, 5, 6, 7, 8, 9], [0], [1]]) : await fromDirectory(cwd, data);
  const [train, validation, test] = quick ? parts.map((part) => shrink(part)) : parts;
  return {
    source: `${formatCount(train.count)} digits of ${train.height} × ${train.width}, validated on ${formatCount(validation.count)} and tested on ${formatCount(test.count)}`,
    train,
    validation,
    test,
  };
}

async function fromDirectory(cwd: string, directory: string): Promise<Digits[]> {
  const [train, test] = await readIdxDirectory(cwd, directory);
  const validation = Math.min(VALIDATION, Math.ceil(train.count / 6));
  const [rest, last] = [range(0, train.count - validation), range(train.count - validation, train.count)];
  return [takeDigits(train, rest), takeDigits(train, last), test];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
