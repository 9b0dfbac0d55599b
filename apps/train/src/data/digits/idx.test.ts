import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../terminal/errors.js';
import { parseIdx } from './idx.js';

/** A file of shape [2, 2, 3] holding 0 … 11. */
const images = Uint8Array.of(
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  3,
  ...Array.from({ length: 12 }, (_, i) => i),
);

test('images, gzipped or not', () => {
  for (const bytes of [images, gzipSync(images)]) {
    const { shape, values } = parseIdx(bytes, 'images', 3);
    expect(shape).toEqual([2, 2, 3]);
    expect([...values]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  }
});

describe('what is refused', () => {
  const changed = (index: number, value: number) => images.map((byte, i) => (i === index ? value : byte));
  test.each([
    ['empty', new Uint8Array(0), 'images: is not an IDX file'],
    ['text', new TextEncoder().encode('1,2,3\n4,5,6\n'), 'images: is not an IDX file'],
    ['floats', changed(2, 13), 'images: must hold unsigned bytes (type 8), has type 13'],
    ['labels', changed(3, 1), 'images: must have 3 axes, has 1'],
    ['header only in part', images.subarray(0, 9), 'images: truncated: expected a header of 16 bytes, got 9'],
    ['values only in part', images.subarray(0, 20), 'images: truncated: expected 28 bytes for [2, 2, 3], got 20'],
    ['too many values', Uint8Array.of(...images, 0), 'images: too long: expected 28 bytes for [2, 2, 3], got 29'],
    [
      'too many values, gzipped',
      gzipSync(Uint8Array.of(...images, 0)),
      'images: too long: expected 28 bytes for [2, 2, 3], got more',
    ],
    [
      'fewer values than promised, gzipped',
      gzipSync(images.subarray(0, 20)),
      'images: truncated: expected 28 bytes for [2, 2, 3], got 20',
    ],
    [
      'a header that promises what no gzip file can hold',
      gzipSync(changed(4, 255)),
      'images: truncated: expected 25669140508 bytes for [4278190082, 2, 3], got fewer',
    ],
    ['half a gzip file', gzipSync(images).subarray(0, 20), 'images: is not a whole gzip file'],
  ])('%s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'images', 3)).toThrow(new UserError(message));
  });
});

test('a gzip bomb takes no more memory than its header promises', () => {
  const bomb = gzipSync(Buffer.concat([images, Buffer.alloc(1 << 28)]));
  const before = process.memoryUsage().arrayBuffers;
  expect(() => parseIdx(bomb, 'images', 3)).toThrow('images: too long: expected 28 bytes for [2, 2, 3], got more');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 24);
});
