import { key, split } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import { matrix } from '../arrays/matrix.js';
import { normals, uniforms } from '../numerics/random.js';
import { contextTest } from './context-test.js';

const [a, b] = split(key(0), 2);
const given = normals(a, 200);
const noise = uniforms(b, 200);
const options = { seed: 1, draws: 199 };
const column = (values: Float64Array) => matrix([...values].map((value) => [value]));

test('residuals that have nothing to do with the context pass', () => {
  const { pValue, statistic } = contextTest(column(noise), column(given), options);
  expect(pValue).toBeGreaterThan(0.05);
  expect(statistic).toBeLessThan(0.2);
});

test('finds a residual that moves with the context, and the column of each', () => {
  const u = matrix([...noise].map((value, i) => [value, (1 + Math.tanh(given[i])) / 4 + noise[(7 * i) % 200] / 2]));
  const context = matrix([...given].map((value, i) => [given[(i + 1) % 200], value]));
  expect(contextTest(u, context, options)).toMatchObject({ residual: 1, given: 1, isSpread: false, pValue: 0.005 });
});

test('finds a spread that moves with the context', () => {
  const u = column(noise.map((value, i) => 0.5 + (value - 0.5) / (1 + Math.exp(given[i]))));
  expect(contextTest(u, column(given), options)).toMatchObject({ residual: 0, isSpread: true, pValue: 0.005 });
});

test('values far out and equal ones do not matter', () => {
  const few = given.map((value) => (value > 0 ? 1e30 : -1));
  expect(contextTest(column(noise), column(few), options).pValue).toBeGreaterThan(0.05);
  const constant = contextTest(column(noise), column(new Float64Array(200)), options);
  expect(constant).toMatchObject({ statistic: 0, pValue: 1 });
});

test('refuses rows that do not match', () => {
  expect(() => contextTest(column(noise), column(given.subarray(0, 10)))).toThrow(
    'contextTest: context must have 200 rows, as u has, got 10',
  );
});
