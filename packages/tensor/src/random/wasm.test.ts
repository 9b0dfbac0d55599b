import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { key, split } from './key.js';
import type { Key } from './threefry.js';
import { normal, normalNumbers, uniform, uniformNumbers } from './random.js';

const COUNTS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 100, 1001, 4095, 4096, 4097, 12_289, 50_003];
const KEYS: Key[] = [
  key(0),
  key(-1),
  key(2 ** 31),
  { high: 0xffffffff, low: 0xffffffff },
  { high: 0x80000000, low: 1 },
  ...split(key(3), 20),
];

async function bits(x: Tensor): Promise<number[]> {
  const numbers = Float32Array.from(await x.data());
  x.dispose();
  return [...new Uint32Array(numbers.buffer)];
}

const bitsOf = (numbers: Float32Array) => [...new Uint32Array(numbers.buffer)];

describe('on every backend the numbers are those of JavaScript, bit for bit', () => {
  test('normal', async () => {
    for (const [i, parent] of KEYS.entries()) {
      for (const count of i < 3 ? COUNTS : [COUNTS[i % COUNTS.length], 2000 + i]) {
        expect(await bits(normal(parent, [count]))).toEqual(bitsOf(normalNumbers(parent, count)));
      }
    }
  });

  test.each([
    [0, 1],
    [-1, 1],
    [1, 1 + 2 ** -23],
    [-3, Math.fround(1e-3)],
    [2 ** 24, 2 ** 24 + 4],
    [Math.fround(-1.5e38), Math.fround(1.5e38)],
  ])('uniform in [%d, %d)', async (minval, maxval) => {
    for (const [i, parent] of KEYS.entries()) {
      for (const count of i < 2 ? COUNTS : [COUNTS[i % COUNTS.length], 2000 + i]) {
        const expected = uniformNumbers(parent, count, minval, maxval, (maxval - minval) * 2 ** -24);
        expect(await bits(uniform(parent, [count], { minval, maxval }))).toEqual(bitsOf(expected));
      }
    }
  });

  test('in a shape of several axes', async () => {
    const x = normal(key(5), [3, 1, 5]);
    expect(x.shape).toEqual([3, 1, 5]);
    expect(x.dtype).toBe('float32');
    expect(await bits(x)).toEqual(bitsOf(normalNumbers(key(5), 15)));
  });
});
