import {
  add,
  elu,
  fused,
  grads,
  leakyRelu,
  matMul,
  prelu,
  relu,
  relu6,
  sigmoid,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

const numbers = (shape: number[], seed: number) =>
  tensor(
    Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => 4 * Math.sin(seed + 1.7 * i)),
    shape,
  );

describe('fused.matMul', () => {
  const alpha = tensor([0.1, 0.2, 0.3]);
  const unfused: [Parameters<typeof fused.matMul>[0]['activation'], (x: Tensor) => Tensor][] = [
    ['linear', (x) => x],
    ['relu', relu],
    ['relu6', relu6],
    ['elu', elu],
    ['sigmoid', sigmoid],
    ['leakyrelu', (x) => leakyRelu(x, 0.3)],
    ['prelu', (x) => prelu(x, alpha)],
  ];

  test.each(unfused)('%s equals the operations one by one', async (activation, apply) => {
    const a = numbers([4, 5], 1);
    const b = numbers([3, 5], 2);
    const bias = numbers([3], 3);
    const options = { activation, leakyreluAlpha: 0.3, preluActivationWeights: alpha };
    const product = matMul(a, b, false, true);
    await expect(fused.matMul({ a, b, transposeB: true, bias, ...options })).toBeAllClose(apply(add(product, bias)));
    await expect(fused.matMul({ a, b, transposeB: true, ...options })).toBeAllClose(apply(product));
  });

  test.each([[[1, 3]], [[4, 3]], [[4, 1]], [[]], [[1]]])('a bias of any shape that broadcasts: %j', async (shape) => {
    const [a, b, bias] = [numbers([4, 5], 1), numbers([5, 3], 2), numbers(shape, 3)];
    await expect(fused.matMul({ a, b, bias, activation: 'relu' })).toBeAllClose(relu(add(matMul(a, b), bias)));
  });

  test('batches of products larger than a block', async () => {
    const [a, b, bias] = [numbers([2, 131, 300], 1), numbers([1, 300, 37], 2), numbers([37], 3)];
    const product = matMul(a, b);
    // Both are the same product; a sigmoid within 1e-5 of the other's. The size has nothing to do with the activation.
    for (const [activation, apply] of unfused.filter(([name]) => name === 'leakyrelu' || name === 'sigmoid')) {
      const actual = fused.matMul({ a, b, bias, activation, leakyreluAlpha: 0.3 });
      await expect(actual).toBeAllClose(apply(add(product, bias)));
    }
  });

  test('over a depth of 0 the product is 0', async () => {
    const bias = tensor([1, -2]);
    const actual = fused.matMul({ a: zeros([3, 0]), b: zeros([0, 2]), bias, activation: 'relu' });
    await expect(actual).toBeAllClose([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
  });

  test('no rows give no rows', () => {
    expect(
      fused.matMul({ a: zeros([0, 3]), b: zeros([3, 2]), bias: tensor([1, 2]), activation: 'relu' }).shape,
    ).toEqual([0, 2]);
  });

  test('gradients', async () => {
    const [a, b, bias] = [numbers([4, 5], 1), numbers([5, 3], 2), numbers([3], 3)];
    const actual = grads((x, w, c) => sum(fused.matMul({ a: x, b: w, bias: c, activation: 'relu' })))([a, b, bias]);
    const expected = grads((x, w, c) => sum(relu(add(matMul(x, w), c))))([a, b, bias]);
    for (const [i, each] of actual.entries()) await expect(each).toBeAllClose(expected[i]);
  });

  test('leaks no tensor', async () => {
    const [a, b, bias] = [numbers([4, 5], 1), numbers([5, 3], 2), numbers([3], 3)];
    await expect(() => fused.matMul({ a, b, bias, activation: 'sigmoid' })).toLeakNoTensor();
  });
});
