import { abs, log, mul, pow, sign, square, tensor1d } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { scalarBijector, type ScalarFormulas } from './scalar-bijector.js';

const cube: ScalarFormulas = {
  forward: (x) => pow(x, 3),
  inverse: (y) => mul(sign(y), pow(abs(y), 1 / 3)),
  logDerivative: (x) => log(mul(3, square(x))),
};

describe('scalarBijector', () => {
  test('goes there and back by the formulas, for any shape', async () => {
    const bijector = scalarBijector(cube);
    const x = normal(key(0), [4, 3]);
    const { value, logDet } = bijector.forwardAndLogDet(x);
    const back = bijector.inverseAndLogDet(value);
    await expect(back.value).toBeAllClose(x, { atol: 1e-5 });
    await expect(back.logDet).toBeAllClose(mul(logDet, -1), { atol: 1e-4 });
    await expect(bijector.forward(tensor1d([2], 'int32'))).toBeAllClose([8]);
  });

  test('says what is missing, and that it cannot be saved', () => {
    expect(() => scalarBijector({ ...cube, inverse: undefined as never })).toThrow(
      'scalarBijector: inverse must be a function, got undefined',
    );
    expect(() => scalarBijector(cube).config()).toThrow('scalarBijector: functions cannot be saved');
  });
});
