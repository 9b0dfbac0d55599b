import { grad, sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { asLogDensity } from './as-log-density.js';

const x = () =>
  tensor2d([
    [1, 2],
    [Infinity, 0],
    [NaN, 1],
    [1, -Infinity],
    [3, NaN],
  ]);

describe('asLogDensity', () => {
  test('leaves numbers and −∞, makes NaN and +∞ of numbers −∞, keeps NaN of NaN', async () => {
    expect(await asLogDensity(tensor1d([-1, NaN, NaN, Infinity, -Infinity]), x(), 1).array()).toEqual([
      -1,
      -Infinity,
      NaN,
      -Infinity,
      -Infinity,
    ]);
    expect(await asLogDensity(tensor1d([0, NaN, NaN]), tensor1d([1, 1, NaN]), 0).array()).toEqual([0, -Infinity, NaN]);
  });

  test('of events with several axes, of none, and of one x for many log-densities', async () => {
    expect(await asLogDensity(tensor1d([NaN, NaN]), x().slice([0, 0], [4, 2]).reshape([2, 2, 2]), 2).array()).toEqual([
      -Infinity,
      NaN,
    ]);
    expect(asLogDensity(zeros([0]), zeros([0, 3]), 1).shape).toEqual([0]);
    expect(await asLogDensity(tensor1d([2, NaN]), tensor1d([1, 1]), 1).array()).toEqual([2, -Infinity]);
  });

  test('of whole numbers and truth values, none of which are missing', async () => {
    for (const dtype of ['int32', 'bool'] as const) {
      expect(
        await asLogDensity(
          tensor1d([-1, NaN]),
          tensor2d(
            [
              [1, 0],
              [0, 1],
            ],
            [2, 2],
            dtype,
          ),
          1,
        ).array(),
      ).toEqual([-1, -Infinity]);
    }
  });

  test('its gradient passes through', async () => {
    const gradient = grad((logProb) =>
      sum(
        asLogDensity(
          logProb,
          tensor2d([
            [1, 2],
            [3, 4],
          ]),
          1,
        ),
      ),
    );
    expect(await gradient(tensor1d([-1, -2])).array()).toEqual([1, 1]);
  });
});
