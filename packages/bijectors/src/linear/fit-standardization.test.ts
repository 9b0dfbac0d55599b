import { mean, square, tensor1d, tensor2d, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { fitStandardization } from './fit-standardization.js';

const data = tensor3d([
  [
    [1000, 1e-6],
    [1002, 3e-6],
  ],
  [
    [1004, 2e-6],
    [1010, 6e-6],
  ],
]);

describe('fitStandardization', () => {
  test('gives every column mean 0 and variance 1, and densities in the units of the data', async () => {
    const units = await fitStandardization(data);
    const { value, logDet } = units.inverseAndLogDet(data);
    await expect(mean(value, [0, 1])).toBeAllClose([0, 0], { atol: 1e-4 });
    await expect(mean(square(value), [0, 1])).toBeAllClose([1, 1], { rtol: 1e-4 });
    // Population variances 14 and 3.5e-12.
    const expected = -0.5 * (Math.log(14) + Math.log(3.5e-12));
    await expect(logDet).toBeAllClose([expected, expected, expected, expected]);
    expect(units.trainableVariables()).toHaveLength(0);
  });

  test('a large offset costs no accuracy', async () => {
    const values = Array.from({ length: 1000 }, (_, i) => 65536 + (i % 2));
    const { value } = (await fitStandardization(tensor2d(values, [1000, 1]))).inverseAndLogDet(tensor1d([65537]));
    await expect(value).toBeAllClose([1], { rtol: 1e-5 });
  });

  test('refuses what has no standard deviation', async () => {
    await expect(
      fitStandardization(
        tensor2d([
          [1, 7],
          [2, 7],
          [3, 7],
        ]),
      ),
    ).rejects.toThrow('fitStandardization: data must vary in every column, column 1 is 7 throughout');
    await expect(fitStandardization(tensor2d([[0.1], [0.1], [0.1]]))).rejects.toThrow('column 0 is 0.1');
    await expect(fitStandardization(tensor2d([[1, 2]]))).rejects.toThrow(
      'fitStandardization: data must be [..., D] with at least two rows, got [1, 2]',
    );
    await expect(fitStandardization(zeros([]))).rejects.toThrow('got []');
    await expect(
      fitStandardization(
        tensor2d([
          [1, 2],
          [3, Number.NaN],
        ]),
      ),
    ).rejects.toThrow('data must be finite, got NaN in row 1, column 1');
  });

  test('leaks nothing', async () => {
    await expect(async () => fitStandardization(data)).toLeakNoTensor();
  });
});
