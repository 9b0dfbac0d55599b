import { grad, neg, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { erf } from './erf.js';
import { erfinv } from './erfinv.js';
import { flushedBelow } from '../../testing/flushed-below.js';

// [x, erfinv(x), its derivative], computed with 50 digits at the float32 nearest to x.
const PINNED = [
  [0, 0, 0.886226925453],
  [1e-38, 8.86226867888e-39, 0.886226925453],
  [1e-30, 8.86226928263e-31, 0.886226925453],
  [1e-10, 8.86226937285e-11, 0.886226925453],
  [1e-5, 8.86226903088e-6, 0.886226925522],
  [0.001, 8.8622719956e-4, 0.886227621494],
  [0.01, 0.00886250108285, 0.886296535928],
  [0.1, 0.0888559918253, 0.893251725516],
  [0.25, 0.225312055012, 0.932378234606],
  [0.5, 0.476936276204, 1.11258481897],
  [0.6, 0.595116111559, 1.2628624734],
  [0.75, 0.813419847598, 1.71749976937],
  [0.9, 1.16308707195, 3.42804215971],
  [0.95, 1.38590375224, 6.04932667721],
  [0.99, 1.8213866009, 24.450897243],
  [0.999, 2.3267563268, 198.94188893],
  [0.9999, 2.7510354379, 1715.42088411],
  [0.99999, 3.12320577117, 15269.7961956],
  [0.999999, 3.45707472604, 137390.62483],
  [0.9999999, 3.74392116278, 1083994.55234],
  [0.99999994, 3.8325068569, 2120848.00824],
];

const x = () => tensor(PINNED.map(([x]) => x));

describe('erfinv', () => {
  test('value', async () => {
    await expect(erfinv(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol: 5e-7, atol: flushedBelow() },
    );
  });

  test('derivative', async () => {
    // e^(y²) multiplies the error of y by 2y², 29 at the end.
    await expect(grad(erfinv)(x())).toBeAllClose(
      PINNED.map(([, , derivative]) => derivative),
      { rtol: 1e-5, atol: 0 },
    );
  });

  test('is odd', async () => {
    await expect(erfinv(neg(x()))).toBeAllClose(neg(erfinv(x())), { rtol: 0, atol: 0 });
  });

  test('inverts erf', async () => {
    const values = Array.from({ length: 61 }, (_, i) => -3 + i / 10);
    // An error of erf, 2e-7 near 1, is divided by erf'(x).
    const slack = values.map(
      (value) => 1e-6 * Math.abs(value) + 2e-7 / ((2 / Math.sqrt(Math.PI)) * Math.exp(-value * value)),
    );
    const actual = await erfinv(erf(tensor(values))).data();
    values.forEach((value, i) => expect(Math.abs(actual[i] - value)).toBeLessThanOrEqual(slack[i]));
  });

  test('infinities and NaN', async () => {
    await expect(erfinv(tensor([-1, 1, 1.0000001, NaN]))).toBeAllClose([-Infinity, Infinity, NaN, NaN], {
      rtol: 0,
      atol: 0,
    });
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => erfinv(input)).toLeakNoTensor();
    await expect(() => grad(erfinv)(input)).toLeakNoTensor();
  });
});
