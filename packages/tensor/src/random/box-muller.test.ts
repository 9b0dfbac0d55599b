import { describe, expect, test } from 'vitest';
import { boxMuller } from './box-muller.js';
import { key } from './key.js';
import { threefry } from './threefry.js';

/** Box–Muller by the engine's own functions, the angle reduced exactly first. */
function byTheEngine(high: number, low: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log((high * 64 + (low >>> 26) + 0.5) / 2 ** 38));
  const turn = (low & 0x3ffffff) + 0.5;
  const quadrant = Math.round(turn / 2 ** 24);
  const x = (turn / 2 ** 24 - quadrant) * (Math.PI / 2);
  const [cosine, sine] = [Math.cos(x), Math.sin(x)];
  const [a, b] = [
    [cosine, sine],
    [-sine, cosine],
    [-cosine, -sine],
    [sine, -cosine],
  ][quadrant % 4];
  return [radius * a, radius * b];
}

function compare(high: Uint32Array, low: Uint32Array): void {
  const values = new Float32Array(2 * high.length);
  boxMuller(high, low, values);
  for (let i = 0; i < high.length; i++) {
    const expected = byTheEngine(high[i], low[i]);
    for (const j of [0, 1]) {
      // One rounding to float32, and next to nothing before it.
      const error = Math.abs(values[2 * i + j] - expected[j]) / Math.abs(expected[j]);
      if (!(error <= 2 ** -24 * (1 + 1e-7)))
        throw new Error(`block ${high[i]}, ${low[i]}: expected ${expected[j]}, got ${values[2 * i + j]}`);
    }
  }
}

describe('boxMuller', () => {
  test('is the formula, correctly rounded, for a hundred thousand blocks', () => {
    const high = new Uint32Array(100_000);
    const low = Uint32Array.from(high, (_, i) => i);
    threefry(key(20), high, low);
    compare(high, low);
  });

  test('at the ends of both ranges, and next to every quarter and eighth of a turn', () => {
    const turns = Array.from({ length: 9 }, (_, eighth) =>
      [-2, -1, 0, 1].map((by) => Math.min(Math.max(eighth * 2 ** 23 + by, 0), 2 ** 26 - 1)),
    ).flat();
    const fractions = [
      [0, 0],
      [0, 1],
      [0, 63],
      [1, 0],
      [0x7fffffff, 63],
      [0x80000000, 0],
      [0xb504f333, 20],
      [0xffffffff, 62],
      [0xffffffff, 63],
    ];
    const blocks = fractions.flatMap(([high, rest]) => turns.map((turn) => [high, rest * 2 ** 26 + turn]));
    compare(
      Uint32Array.from(blocks, ([high]) => high),
      Uint32Array.from(blocks, ([, low]) => low),
    );
  });

  test('the largest number that can come out is √(78 log 2)', () => {
    const values = new Float32Array(2);
    boxMuller(Uint32Array.of(0), Uint32Array.of(0), values);
    expect(values[0]).toBe(Math.fround(Math.sqrt(78 * Math.LN2)));
  });

  test('as many numbers lie far out as the normal distribution has there', () => {
    // Blocks of a radius beyond 5, one of 2¹⁸: what lies beyond is found without drawing the rest. 24 bits for u would end at 5.77.
    const high = new Uint32Array(200_000);
    const low = Uint32Array.from(high, (_, i) => i);
    threefry(key(21), high, low);
    const values = new Float32Array(2 * high.length);
    boxMuller(
      high.map((word) => word & 0x3fff),
      low,
      values,
    );
    for (const [from, probability] of [
      [5, 5.733031e-7],
      [5.5, 3.797912e-8],
      [6, 1.973175e-9],
      [6.3, 2.976e-10],
    ]) {
      const expected = values.length * 2 ** 18 * probability;
      const found = values.filter((value) => Math.abs(value) > from).length;
      expect(Math.abs(found - expected), `${found} beyond ${from}, expected ${expected}`).toBeLessThan(
        4 * Math.sqrt(expected),
      );
    }
  });

  test('an odd count writes the first of the last pair', () => {
    const values = new Float32Array(3);
    const both = new Float32Array(4);
    boxMuller(Uint32Array.of(1, 2), Uint32Array.of(3, 4), values);
    boxMuller(Uint32Array.of(1, 2), Uint32Array.of(3, 4), both);
    expect([...values]).toEqual([...both.subarray(0, 3)]);
  });
});
