import { expect, test } from 'vitest';
import { levelOf } from '../draw/contour.js';
import { divergence, exactPosterior } from './exact-posterior.js';
import { distanceOf, placeOf, simulate } from './throw.js';

test('a ball lands where its distance says', () => {
  const [along, up] = placeOf([30, 10], 1);
  expect(along).toBeCloseTo(distanceOf([30, 10]), 10);
  expect(up).toBeCloseTo(0, 10);
});

test('a simulated measurement differs from the distance by its error', () => {
  const [thrown, [distance, logError]] = simulate(0, [0, 0, 2]);
  expect(thrown).toEqual([45, 12]);
  expect(distance).toBeCloseTo(distanceOf(thrown) + 2 * 0.3, 10);
  expect(logError).toBeCloseTo(Math.log(0.3), 10);
});

test('the exact posterior adds up to one, lies where the measurement was, and diverges from itself by nothing', () => {
  const box = { x: [0, 90], y: [4, 20] } as const;
  const exact = exactPosterior(box, 60, [14, Math.log(0.5)]);
  expect(exact.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
  const cell = (90 * 16) / 60 ** 2;
  expect(
    divergence(
      exact,
      Float32Array.from(exact, (p) => Math.log(p / cell)),
      cell,
    ),
  ).toBeCloseTo(0, 5);
  const best = exact.indexOf(exact.reduce((a, b) => Math.max(a, b)));
  const [angle, speed] = [((best % 60) + 0.5) * 1.5, 20 - (Math.floor(best / 60) + 0.5) * (16 / 60)];
  expect(Math.abs(distanceOf([angle, speed]) - 14)).toBeLessThan(1);
  const inside = exact.filter((p) => p >= levelOf(exact, 0.9));
  expect(inside.reduce((sum, p) => sum + p, 0)).toBeGreaterThanOrEqual(0.9);
});
