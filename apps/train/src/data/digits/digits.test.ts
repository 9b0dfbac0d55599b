import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { key } from '@pushforward/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadDigits } from './digits.js';
import { readMnistPackage } from './mnist-package.js';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterEach(() => rmSync(directory, { recursive: true }));

function writeIdx(name: string, shape: number[], values: number[]) {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  const bytes = Buffer.concat([header, Uint8Array.from(values)]);
  writeFileSync(path.join(directory, name), name.endsWith('.gz') ? gzipSync(bytes) : bytes);
}

const images = (count: number, start: number) => Array.from({ length: count * 6 }, (_, i) => start + Math.floor(i / 6));
const labels = (count: number, start: number) => Array.from({ length: count }, (_, i) => (start + i) % 10);
const sum = (bytes: Uint8Array) => bytes.reduce((total, byte) => total + byte, 0);

/** 20 training images and 4 test images of 2 × 3; every pixel of an image is its number, every label that number modulo 10. */
function writeOfficialFiles() {
  writeIdx('train-images-idx3-ubyte.gz', [20, 2, 3], images(20, 0));
  writeIdx('train-labels-idx1-ubyte', [20], labels(20, 0));
  writeIdx('t10k-images.idx3-ubyte', [4, 2, 3], images(4, 100));
  writeIdx('t10k-labels-idx1-ubyte.gz', [4], labels(4, 100));
}

test('the npm package has 10,000 digits of 28 × 28 grey levels, split by key into three parts', async () => {
  const { pixels, labels, count, height, width } = await readMnistPackage();
  expect([count, height, width, pixels.length]).toEqual([10_000, 28, 28, 7_840_000]);
  expect(Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length)).toEqual([
    1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978,
  ]);
  // A row through the first zero, as the official file has it.
  expect([...pixels.subarray(4 * 28 + 14, 4 * 28 + 21)]).toEqual([0, 51, 159, 253, 159, 50, 0]);

  const { train, validation, test: held } = await loadDigits(directory, undefined, key(0));
  expect([train.count, validation.count, held.count]).toEqual([8000, 1000, 1000]);
  expect(sum(train.pixels) + sum(validation.pixels) + sum(held.pixels)).toBe(sum(pixels));
  expect(sum(train.labels) + sum(validation.labels) + sum(held.labels)).toBe(sum(labels));
  expect(new Set(held.labels).size).toBe(10);
});

describe('a directory with the official files', () => {
  test('is read, gzipped or not, with each image beside its label', async () => {
    writeOfficialFiles();
    const {
      source,
      train,
      validation,
      test: held,
    } = await loadDigits(path.dirname(directory), path.basename(directory), key(0));
    expect(source).toContain('24 digits');
    expect([train.count, validation.count, held.count, train.height, train.width]).toEqual([18, 2, 4, 2, 3]);
    for (const part of [train, validation, held]) {
      for (let i = 0; i < part.count; i++) expect(part.labels[i]).toBe(part.pixels[6 * i] % 10);
    }
    expect([...train.labels, ...validation.labels].toSorted()).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9,
    ]);
    expect(held.pixels.filter((_, i) => i % 6 === 0).toSorted()).toEqual(Uint8Array.of(100, 101, 102, 103));
  });

  test('is refused where something is missing or does not fit', async () => {
    const load = (name: string) => loadDigits(directory, name, key(0));
    await expect(load('nowhere')).rejects.toThrow('nowhere: no such directory');
    await expect(load('.')).rejects.toThrow(
      '.: must hold train-images-idx3-ubyte or train-images-idx3-ubyte.gz, has neither',
    );
    writeOfficialFiles();
    await expect(load('train-labels-idx1-ubyte')).rejects.toThrow('must be a directory');
    writeIdx('train-labels-idx1-ubyte', [3], [1, 2, 3]);
    await expect(load('.')).rejects.toThrow('.: train labels must be 20, one for each image, are 3');
    writeOfficialFiles();
    writeIdx(
      't10k-images.idx3-ubyte',
      [4, 3, 2],
      Array.from({ length: 24 }, () => 0),
    );
    await expect(load('.')).rejects.toThrow('test images must be 2 × 3 as in training, are 3 × 2');
    writeFileSync(path.join(directory, 't10k-labels-idx1-ubyte.gz'), gzipSync(Buffer.from('text')).subarray(0, 12));
    await expect(load('.')).rejects.toThrow('t10k-labels-idx1-ubyte.gz: is not a whole gzip file');
  });
});
