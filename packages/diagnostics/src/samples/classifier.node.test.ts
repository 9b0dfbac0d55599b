import { key } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import { normals } from '../numerics/random.js';
import { classifierTest } from './classifier.js';

const gaussians = (seed: number, scale = 1) => {
  const values = normals(key(seed), 1200);
  return { values: values.map((value, i) => (i % 2 ? scale * value : value)), rows: 600, columns: 2 };
};

test('guesses between two samples of one density', () => {
  expect(classifierTest(gaussians(0), gaussians(1), { seed: 2 }).pValue).toBeGreaterThan(0.05);
});

test.each([
  ['a scale', gaussians(1, 2)],
  [
    'a dependence',
    ((m) => ({ ...m, values: m.values.map((value, i) => (i % 2 ? 0.8 * m.values[i - 1] + 0.6 * value : value)) }))(
      gaussians(1),
    ),
  ],
  [
    'two modes',
    ((m) => ({ ...m, values: m.values.map((value) => Math.sign(value) * (1 + 0.3 * value)) }))(gaussians(1)),
  ],
])('learns %s', (_, samples) => {
  expect(classifierTest(gaussians(0), samples, { seed: 2 }).pValue).toBeLessThan(0.001);
});

test('whatever the units are', () => {
  const [data, samples] = [gaussians(0), gaussians(1, 2)];
  const scaled = (m: typeof data) => ({
    ...m,
    values: m.values.map((value, i) => (i % 2 ? value * 1e6 : value - 1e9)),
  });
  const { statistic } = classifierTest(data, samples, { seed: 2 });
  // Near 1e9 float64 rounds the values, and ranks may tie.
  expect(classifierTest(scaled(data), scaled(samples), { seed: 2 }).statistic).toBeCloseTo(statistic, 2);
});

test('a constant column tells nothing', () => {
  const constant = { values: new Float64Array(100), rows: 100, columns: 1 };
  expect(classifierTest(constant, constant, { seed: 0 }).statistic).toBe(0.5);
});
