import { foldIn, key } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import { chooseAmong, normals, uniforms } from './random.js';

test('normal numbers have mean 0 and variance 1', () => {
  const z = normals(key(0), 20_000);
  expect(Math.abs(z.reduce((sum, value) => sum + value) / z.length)).toBeLessThan(0.03);
  expect(z.reduce((sum, value) => sum + value ** 2) / z.length).toBeCloseTo(1, 1);
});

test('uniform numbers stay away from the ends', () => {
  const u = uniforms(key(0), 10_000);
  expect(Math.min(...u)).toBeGreaterThan(0);
  expect(Math.max(...u)).toBeLessThan(1);
});

test('every set is chosen equally often', () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const marks = chooseAmong(foldIn(key(1), i), 2, 4).join('');
    counts.set(marks, (counts.get(marks) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // Five standard deviations of a binomial count.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000 * (5 / 6)));
});
