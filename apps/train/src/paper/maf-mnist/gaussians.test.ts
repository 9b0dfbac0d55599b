import { expect, test } from 'vitest';
import type { Host } from '../../terminal/host.js';
import { gaussianScores, meanDensity } from './gaussians.js';

test('the mean of densities is taken without leaving their logarithms', () => {
  const [common, far, none] = meanDensity([Float64Array.of(-1000, 0, -Infinity), Float64Array.of(-1000, -800, -5)]);
  expect(common).toBe(-1000);
  expect(far).toBeCloseTo(-Math.log(2), 12);
  expect(none).toBeCloseTo(-5 - Math.log(2), 12);
});

const host: Host = {
  cwd: '.',
  stdout: { write: () => true },
  stderr: { write: () => true },
  signal: new AbortController().signal,
  commandPrefix: 'pushforward',
};

const normal = (x: number, mean: number, variance: number) =>
  Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);

test('a Gaussian a label is the mean of the densities that its labels fit', async () => {
  const values = Float64Array.of(-1, 1, 9, 11);
  const train = { rows: { values, rows: 4, columns: 1 }, labels: Uint8Array.of(0, 0, 1, 1) };
  const test = { values: Float64Array.of(0.5), rows: 1, columns: 1 };
  const [one] = await gaussianScores(host, train, test, false);
  expect(one).toBeCloseTo(Math.log(normal(0.5, 5, 26)), 12);
  const [mixed] = await gaussianScores(host, train, test, true);
  expect(mixed).toBeCloseTo(Math.log((normal(0.5, 0, 1) + normal(0.5, 10, 1)) / 2), 12);
});
