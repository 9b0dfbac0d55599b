import { describe, expect, test } from 'vitest';
import { foldIn, key, split } from './key.js';
import { threefry } from './threefry.js';

describe('threefry', () => {
  // The known answers that Random123 publishes for threefry2x32 with 20 rounds.
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('key %j, counter %j', (words, counter, expected) => {
    const high = new Uint32Array([counter[0]]);
    const low = new Uint32Array([counter[1]]);
    threefry({ high: words[0], low: words[1] }, high, low);
    expect([high[0], low[0]]).toEqual(expected);
  });
});

describe('key', () => {
  test('seed 0 is a seed', () => {
    expect(key(0)).toEqual({ high: 0, low: 0 });
  });

  test('without a seed, keys differ', () => {
    expect(key()).not.toEqual(key());
  });

  test('every safe integer is a seed of its own', () => {
    const seeds = [-1, 0, 1, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    const keys = new Set(seeds.map((seed) => JSON.stringify(key(seed))));
    expect(keys.size).toBe(seeds.length);
  });

  test('a fraction is refused', () => {
    expect(() => key(0.5)).toThrow('key: seed must be an integer or a key, got 0.5');
    for (const [seed, shown] of [
      [null, 'null'],
      ['a', "'a'"],
      [{ high: 1 }, '{high: 1}'],
    ] as const) {
      expect(() => key(seed as never)).toThrow(`key: seed must be an integer or a key, got ${shown}`);
    }
  });

  test('split and foldIn give distinct keys', () => {
    const parent = key(7);
    const keys = [...split(parent, 100), ...Array.from({ length: 100 }, (_, i) => foldIn(parent, i))];
    expect(new Set(keys.map((child) => JSON.stringify(child))).size).toBe(200);
  });
});
