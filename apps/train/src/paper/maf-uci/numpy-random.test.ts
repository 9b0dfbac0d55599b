import { expect, test } from 'vitest';
import { NumpyRandom } from './numpy-random.js';

// Computed by NumPy 2.4.6: RandomState(42), shuffle of the rows of a matrix, rand(3), rand(2, 3).
test('orders and numbers are those of NumPy', () => {
  const random = new NumpyRandom(42);
  expect([...random.shuffled(10)]).toEqual([8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
  expect(Array.from({ length: 9 }, () => random.uniform())).toEqual([
    0.15599452033620265, 0.05808361216819946, 0.8661761457749352, 0.6011150117432088, 0.7080725777960455,
    0.020584494295802447, 0.9699098521619943, 0.8324426408004217, 0.21233911067827616,
  ]);
});

test('they go on beyond the first block of words', () => {
  const order = new NumpyRandom(42).shuffled(1000);
  expect([...order.subarray(0, 6), ...order.subarray(-3)]).toEqual([521, 737, 740, 660, 411, 678, 860, 435, 102]);
});
