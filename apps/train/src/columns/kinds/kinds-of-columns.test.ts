import { tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { decode, encode } from './code.js';
import { checkKinds, type DeclaredKind, isDeclaredKind } from './declared-kind.js';
import { ontoRealLine, ontoSupports, supportOf } from './real-line.js';

const kinds: [name: string, kind: DeclaredKind, values: number[]][] = [
  ['positive', { kind: 'positive' }, [1.2e-38, 1e-9, 0.3, 1, 17, 3e38]],
  ['bounded', { kind: 'bounded', low: 0, high: 1 }, [1e-7, 0.25, 0.5, 0.9999999]],
  ['bounded, far from 0', { kind: 'bounded', low: 1000, high: 1001 }, [1000.00001, 1000.5, 1000.99999]],
  ['any whole number', { kind: 'integer', low: null, high: null }, [-7, 0, 12]],
  ['counts', { kind: 'integer', low: 0, high: null }, [0, 1, 2, 1e6]],
  ['a die', { kind: 'integer', low: 1, high: 6 }, [1, 2, 3, 4, 5, 6]],
  ['large whole numbers', { kind: 'integer', low: 1_000_000, high: 1_000_100 }, [1_000_000, 1_000_050, 1_000_100]],
  ['levels', { kind: 'ordinal', levels: [-1, 0.5, 10] }, [-1, 0.5, 10]],
  ['hours', { kind: 'circular', low: 0, high: 24, centre: 23.5 }, [0, 0.1, 11.4, 11.6, 23.9]],
];
const row = (values: readonly number[]) => ({ values: Float64Array.from(values), rows: 1, columns: values.length });

describe.each(kinds)('%s', (_, kind, values) => {
  const own = values.map(() => kind);

  test('its values are of the kind, and come back', () => {
    expect(() => checkKinds('t', row(values), values.map(String), own)).not.toThrow();
    for (const [i, value] of decode(encode(row(values), own), own).values.entries())
      expect(Math.abs(value - values[i])).toBeLessThanOrEqual(1e-7 * Math.max(1, Math.abs(values[i])));
    expect(isDeclaredKind(JSON.parse(JSON.stringify(kind)))).toBe(true);
  });

  test('whatever a model draws becomes a value of the kind', () => {
    const drawn = [-Infinity, -1e30, -3, -1e-9, 0, 0.2, 0.99999999, 1, 5, 999, 1000.5, 1e30, Infinity].map((value) =>
      // A whole number or a level has been rounded down to its grid.
      kind.kind === 'integer' || kind.kind === 'ordinal' ? Math.floor(value) : value,
    );
    const finite = kind.kind === 'integer' || kind.kind === 'circular' ? drawn.filter(Number.isFinite) : drawn;
    const whole = finite.filter((value) => kind.kind !== 'integer' || Number.isSafeInteger(value));
    const ofKind = whole.map(() => kind);
    const found = decode(row(whole), ofKind);
    expect(() => checkKinds('t', found, whole.map(String), ofKind)).not.toThrow();
  });

  test('the map from the real line in the model is that in float64, ends and noise included', async () => {
    const support = supportOf(kind);
    if (!support) {
      expect(ontoSupports(own)).toBeNull();
      return;
    }
    const noise = kind.kind === 'integer' || kind.kind === 'ordinal' ? [0, 0.5, 1 - 2 ** -24] : [0];
    const points = [...encode(row(values), own).values].flatMap((value) => noise.map((u) => value + u));
    const y = tensor1d(points, 'float32');
    const { value, logDet } = support.bijector.inverseAndLogDet(y);
    const [x, slope] = [await value.data(), await logDet.data()];
    for (const [i, point] of (await y.data()).entries()) {
      expect(Number.isFinite(x[i]), `${points[i]}`).toBe(true);
      const expected = support.inverse(point);
      // Close to an end float32 has few digits of the distance to it.
      if (Math.abs(expected) > 8 && kind.kind !== 'positive') continue;
      // Around a million float32 numbers are a sixteenth apart.
      const digits = Math.abs(point) < 1e5 ? 2 : 1;
      expect(x[i]).toBeCloseTo(expected, digits);
      expect(-slope[i]).toBeCloseTo(support.logSlope(expected), digits);
    }
    for (const at of [-3, -0.5, 0, 2]) {
      const forward = support.bijector.forwardAndLogDet(tensor1d([at]));
      expect((await forward.logDet.data())[0]).toBeCloseTo(support.logSlope(at), 4);
      expect(support.inverse((await forward.value.data())[0])).toBeCloseTo(at, 2);
    }
  });
});

test('rows of several kinds go to the real line and back, with the log-determinant of the map', async () => {
  const mixed = [kinds[0][1], null, kinds[1][1], kinds[0][1]];
  const matrix = { values: Float64Array.of(2, -5, 0.3, 0.1, 3, 7, 0.6, 20), rows: 2, columns: 4 };
  const { real, logDet } = ontoRealLine(matrix, mixed);
  expect(real.values[0]).toBeCloseTo(Math.log(2), 6);
  expect(real.values[1]).toBe(-5);
  expect(real.values[2]).toBeCloseTo(Math.log(0.3 / 0.7), 5);
  expect(logDet[0]).toBeCloseTo(Math.log(2) + Math.log(0.3 * 0.7) + Math.log(0.1), 4);
  const bijector = ontoSupports(mixed)!;
  const forward = bijector.forwardAndLogDet(tensor1d([...real.values.subarray(4)]));
  await expect(forward.value).toBeAllClose([3, 7, 0.6, 20], { rtol: 1e-4 });
  await expect(forward.logDet).toBeAllClose([logDet[1]], { rtol: 1e-4 });
  expect(ontoRealLine(matrix, [null, null, null, null]).real.values).toBe(matrix.values);
});

test.each([
  [{ kind: 'positive' }, 0, 'positive'],
  [{ kind: 'positive' }, -4, 'positive'],
  [{ kind: 'bounded', low: 0, high: 1 }, 2, 'between 0 and 1, not on them'],
  [{ kind: 'bounded', low: 0, high: 1 }, 0, 'between 0 and 1, not on them'],
  [{ kind: 'integer', low: null, high: null }, 3.5, 'a whole number'],
  [{ kind: 'integer', low: 0, high: null }, -1, 'a whole number from 0'],
  [{ kind: 'integer', low: 1, high: 6 }, 7, 'a whole number from 1 to 6'],
  [{ kind: 'ordinal', levels: [1, 2, 5] }, 3, 'one of 1, 2, 5'],
] satisfies [DeclaredKind, number, string][])('%j refuses %d by row and column', (kind, value, expected) => {
  const matrix = { values: Float64Array.of(1, value), rows: 1, columns: 2 };
  expect(() => checkKinds('t.csv', matrix, ['a', 'b'], [null, kind], 11)).toThrow(
    `t.csv: row 12, column 2 ("b"): must be ${expected}, got ${value}`,
  );
});

test.each([
  null,
  3,
  {},
  { kind: 'real' },
  { kind: 'bounded', low: 1, high: 1 },
  { kind: 'bounded', low: 1 },
  { kind: 'integer', low: null, high: 3 },
  { kind: 'ordinal', levels: [] },
  { kind: 'ordinal', levels: [2, 1] },
  { kind: 'ordinal', levels: ['x'] },
  { kind: 'circular', low: 0, high: 1 },
  { kind: 'circular', low: 0, high: 1, centre: '0' },
])('%j is no kind', (value) => {
  expect(isDeclaredKind(value)).toBe(false);
});
