import { expect, test } from 'vitest';
import { key } from '@pushforward/tensor';
import { estimate } from '../../statistics/statistics.js';
import { bentNormalLogProb, bentNormalRows, ENTROPY } from './bent-normal.js';

test('the density integrates to 1', () => {
  const step = 0.1;
  let sum = 0;
  for (let x2 = -12; x2 <= 12; x2 += step) {
    const row = Array.from({ length: 500 }, (_, i) => [-8 + i * step, x2]).flat();
    const logProb = bentNormalLogProb({ values: Float64Array.from(row), rows: 500, columns: 2 });
    sum += logProb.reduce((total, value) => total + Math.exp(value), 0) * step * step;
  }
  expect(sum).toBeCloseTo(1, 8);
});

test('draws are of the density: minus their mean log-density is the entropy', () => {
  const rows = bentNormalRows(20_000, key(1));
  const { mean, standardError } = estimate(bentNormalLogProb(rows));
  expect(Math.abs(mean + ENTROPY)).toBeLessThan(4 * standardError);
});
