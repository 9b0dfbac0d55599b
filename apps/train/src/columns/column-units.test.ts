import { expect, test } from 'vitest';
import { columnUnits } from './column-units.js';

/** Between 0 and 1, each another. */
const spread = (i: number) => (i * 0.618033988749895) % 1;
const of = (values: number[]) => columnUnits(Float64Array.from(values).toSorted());
const bulk = Array.from({ length: 1000 }, (_, i) => spread(i) - 0.5);

test('mean and deviation, or median and quartiles where one value far out would squeeze the rest', () => {
  const plain = of(bulk);
  expect(plain).toMatchObject({ isRobust: false, low: Math.min(...bulk), high: Math.max(...bulk) });
  expect(plain.loc).toBeCloseTo(0, 2);
  expect(plain.scale).toBeCloseTo(Math.sqrt(1 / 12), 3);
  const { loc, scale, isRobust } = of(bulk.with(5, 1e6));
  expect(isRobust).toBe(true);
  expect(loc).toBeCloseTo(0, 1);
  expect(scale).toBeCloseTo(0.5 / 1.349, 2);
});

test('quantiles farther out where the quartiles are one value', () => {
  const half = bulk.map((value, i) => (i % 5 < 3 ? 0 : value));
  const { isRobust, scale } = of(half.with(1, 1e6));
  expect(isRobust).toBe(true);
  expect(scale).toBeGreaterThan(0.1);
  expect(scale).toBeLessThan(1);
  // Of a column that has hardly another value nothing else is known.
  expect(of(bulk.map((_, i) => (i === 0 ? 1000 : i === 1 ? 1 : 0))).isRobust).toBe(false);
});

test('the size and deviation of the bulk are those without the value far out', () => {
  const narrow = bulk.map((value) => 1e6 + 1e-3 * value);
  // A deviation nine times the bulk's is too little to be far out, and is not the bulk's.
  for (const far of [1e6, 1e6 + 0.08, 1e9]) {
    const { size, deviation } = of(narrow.with(5, far)).bulk;
    expect(size).toBeCloseTo(1e6, 0);
    expect(deviation).toBeLessThan(4e-4);
  }
});
