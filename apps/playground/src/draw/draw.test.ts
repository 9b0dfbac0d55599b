import { expect, test } from 'vitest';
import { contour } from './contour.js';
import { levelsOf } from './heat-map.js';
import { rangeOf } from './loss-chart.js';
import { viewBoxOf } from './view-box.js';

test('the palette goes from no density to the highest, and one cell in a crease does not darken the rest', () => {
  const density = new Float32Array(1000).fill(-1);
  density[0] = -Infinity;
  density[1] = NaN;
  density[2] = 50;
  const levels = levelsOf(density);
  expect([levels[0], levels[1], levels[2], levels[500]]).toEqual([0, 0, 255, 255]);
});

test('the loss axis reaches down to the entropy, and a loss that is not finite does not matter', () => {
  const curves = { train: [3, 2, 1.5, NaN], heldOut: [{ step: 4, loss: Infinity }], entropy: 1, steps: 4, at: 0 };
  const [low, high] = rangeOf(curves);
  expect(low).toBeLessThan(1);
  expect(high).toBeGreaterThan(1.5);
  expect(rangeOf({ ...curves, heldOut: [{ step: 4, loss: 9 }] })[1]).toBeGreaterThan(9);
  expect(rangeOf({ ...curves, train: [], heldOut: [], entropy: undefined })[1]).toBeGreaterThan(0);
});

test('a view box leaves a few far points out', () => {
  const points = Float32Array.from({ length: 2000 }, (_, i) => (i === 0 ? 1e6 : Math.sin(i)));
  const { x } = viewBoxOf(points);
  expect(x[1]).toBeLessThan(2);
});

test('a contour of a cone is a circle', () => {
  const size = 41;
  const cone = Float64Array.from(
    { length: size ** 2 },
    (_, i) => -Math.hypot((i % size) - 20, Math.floor(i / size) - 20),
  );
  const segments = contour(cone, size, -10);
  expect(segments.length).toBeGreaterThan(40);
  for (const [x, y] of segments) expect(Math.hypot(x - 20.5, y - 20.5)).toBeCloseTo(10, 1);
});
