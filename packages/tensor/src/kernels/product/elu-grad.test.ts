import { elu, mul } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { vjp } from '../../autodiff/vjp.js';
import { key } from '../../random/key.js';
import { normal } from '../../random/random.js';

describe('the gradient of tf.elu', () => {
  test.each([[[]], [[1]], [[5]], [[3, 7]], [[2, 3, 16]], [[1030]]])(
    'of shape %j is the cotangent above 0, and eˣ times it below',
    async (shape: number[]) => {
      const x = mul(normal(key(1), shape), 2);
      const cotangent = normal(key(2), shape);
      const [gradient] = vjp(elu, [x], [cotangent]);
      const [xs, cotangents] = await Promise.all([x.data(), cotangent.data()]);
      const expected = Array.from(xs, (value, i) => cotangents[i] * Math.exp(Math.min(value, 0)));
      expect(gradient.shape).toEqual(shape);
      await expect(gradient.flatten()).toBeAllClose(expected, { rtol: 2e-6, atol: 1e-7 });
    },
  );

  test('of no numbers', () => {
    const [gradient] = vjp(elu, [normal(key(1), [0, 3])], [normal(key(2), [0, 3])]);
    expect(gradient.shape).toEqual([0, 3]);
  });
});
