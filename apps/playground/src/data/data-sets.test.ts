import { expect, test } from 'vitest';
import { dataSetNames, dataSets, type DataSetName } from './data-sets.js';
import { drawRows } from './draw-rows.js';

type LogDensity = (x: number, y: number) => number;

interface Gaussian {
  readonly weight: number;
  readonly centre: readonly [number, number];
  /** The deviations along the axes of the ellipse, the first of which points at `angle`. */
  readonly scales: readonly [number, number];
  readonly angle: number;
}

const logSum = (values: readonly number[]) => {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
};

const mixture =
  (parts: readonly Gaussian[]): LogDensity =>
  (x, y) =>
    logSum(
      parts.map(({ weight, centre, scales, angle }) => {
        const [dx, dy] = [x - centre[0], y - centre[1]];
        const a = (dx * Math.cos(angle) + dy * Math.sin(angle)) / scales[0];
        const b = (dy * Math.cos(angle) - dx * Math.sin(angle)) / scales[1];
        return Math.log(weight / (2 * Math.PI * scales[0] * scales[1])) - (a * a + b * b) / 2;
      }),
    );

const round = (centres: readonly (readonly [number, number])[], scale: number, weights?: readonly number[]) =>
  mixture(
    centres.map((centre, i) => ({
      weight: weights?.[i] ?? 1 / centres.length,
      centre,
      scales: [scale, scale],
      angle: 0,
    })),
  );

const numbersTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const arc = numbersTo(64).map((i) => [Math.cos((i * Math.PI) / 63), Math.sin((i * Math.PI) / 63)] as const);
const spiral = numbersTo(96).map((i) => {
  const turn = 0.5 + i / 40;
  return { x: turn * Math.cos(3 * turn), y: turn * Math.sin(3 * turn), weight: ((i + 1) ** 2 - i ** 2) / 96 ** 2 / 2 };
});
const blade = (i: number) => (2 * Math.PI * i) / 5;
const untwisted = mixture(
  numbersTo(5).map((i) => ({
    weight: 1 / 5,
    centre: [1.6 * Math.cos(blade(i)), 1.6 * Math.sin(blade(i))],
    scales: [0.45, 0.16],
    angle: blade(i),
  })),
);

/** log p of each data set, by a formula of its own rather than by what draws it. */
const logDensities: Record<DataSetName, LogDensity> = {
  'two-moons': round([...arc, ...arc.map(([x, y]) => [1 - x, 0.5 - y] as const)], 0.1),
  rings: (x, y) => {
    const radius = Math.hypot(x, y);
    const parts = [1, 2.2].map(
      (ring) => -(((radius - ring) / 0.12) ** 2) / 2 - Math.log(2 * 0.12 * (2 * Math.PI) ** 1.5 * radius),
    );
    return logSum(parts);
  },
  checkerboard: (x, y) => {
    const isInside = Math.abs(x) < 2 && Math.abs(y) < 2 && ((Math.floor(x) + Math.floor(y)) & 1) === 0;
    return isInside ? -Math.log(8) : -Infinity;
  },
  spirals: round(
    [...spiral.map(({ x, y }) => [x, y] as const), ...spiral.map(({ x, y }) => [-x, -y] as const)],
    0.09,
    [...spiral, ...spiral].map(({ weight }) => weight),
  ),
  // A turn by an angle that depends on the radius keeps areas.
  pinwheel: (x, y) => {
    const turn = -0.8 * Math.hypot(x, y);
    return untwisted(x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn));
  },
  gaussians: round(
    numbersTo(8).map((i) => [2 * Math.cos((2 * Math.PI * i) / 8), 2 * Math.sin((2 * Math.PI * i) / 8)] as const),
    0.35,
  ),
};

/** −∫ p log p by the midpoint rule over a square that has all of it. */
function entropyOf(logDensity: LogDensity): number {
  const [reach, cell] = [4.25, 1 / 16];
  let entropy = 0;
  for (let x = -reach + cell / 2; x < reach; x += cell) {
    for (let y = -reach + cell / 2; y < reach; y += cell) {
      const value = logDensity(x, y);
      if (value > -30) entropy -= cell * cell * Math.exp(value) * value;
    }
  }
  return entropy;
}

test.each(dataSetNames)('the entropy of %s is that of its density', (name) => {
  expect(dataSets[name].entropy).toBeCloseTo(entropyOf(logDensities[name]), 3);
});

test.each(dataSetNames)('%s is drawn from its density', async (name) => {
  const count = 4000;
  const rows = await drawRows(dataSets[name].warp, count, 3);
  const values = Array.from({ length: count }, (_, i) => -logDensities[name](rows[2 * i], rows[2 * i + 1]));
  const average = values.reduce((sum, value) => sum + value, 0) / count;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / count);
  expect(Math.abs(average - dataSets[name].entropy)).toBeLessThan((4 * deviation) / Math.sqrt(count) + 1e-4);
});

test.each(dataSetNames)('the text shown of %s is the function that draws', (name) => {
  const { warp, text } = dataSets[name];
  // oxlint-disable-next-line typescript/no-implied-eval
  const shown = new Function(`return ${text}`)() as typeof warp;
  expect(shown([0.3, 0.7], [0.2, -1.1])).toEqual(warp([0.3, 0.7], [0.2, -1.1]));
});
