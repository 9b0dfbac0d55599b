import type { Digits } from '../../data/digits/images.js';
import { readIdxDirectory, takeDigits } from '../../data/digits/digits.js';
import { readMnistPackage } from '../../data/digits/mnist-package.js';
import { shrink } from '../../data/digits/shrink.js';
import { formatCount } from '../../statistics/statistics.js';
import type { TableOptions } from '../table/paper-table.js';

/** The digits of the table. */
export interface IafMnistData {
  source: string;
  train: Digits;
  test: Digits;
}

/** All training digits of the official files, and all test digits; or nine in ten of the digits that npm brings, and when quick those at half their height and width. */
export async function readIafMnist(cwd: string, { data, quick }: TableOptions): Promise<IafMnistData> {
  const parts = data === null ? await fromPackage() : await readIdxDirectory(cwd, data);
  const [train, test] = quick ? parts.map((part) => shrink(part)) : parts;
  return {
    source: `${formatCount(train.count)} digits of ${train.height} × ${train.width}, tested on ${formatCount(test.count)}`,
    train,
    test,
  };
}

async function fromPackage(): Promise<Digits[]> {
  const digits = await readMnistPackage();
  const all = Array.from({ length: digits.count }, (_, i) => i);
  return [false, true].map((isTest) =>
    takeDigits(
      digits,
      all.filter((i) => (i % 10 === 0) === isTest),
    ),
  );
}
