import {
  add,
  grads,
  matMul,
  mul,
  ones,
  reshape,
  sum,
  tensor,
  type Tensor,
  type Tensor2D,
  variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Activation, activate, activations } from '../activation.js';
import { key, split } from '../../random/key.js';
import { linear } from './linear.js';
import { normal } from '../../random/random.js';

const weights = () =>
  tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);

describe('linear', () => {
  test.each([[[3]], [[4, 3]], [[2, 4, 3]]])('maps the last axis of %j', async (shape) => {
    const y = linear(ones(shape), weights(), tensor([10, 20]));
    expect(y.shape).toEqual([...shape.slice(0, -1), 2]);
    await expect(y).toBeAllClose(Array.from({ length: y.size / 2 }, () => [19, 32]));
  });

  test('an empty batch stays empty', () => {
    expect(linear(zeros([0, 3]), weights()).shape).toEqual([0, 2]);
  });

  test('gradients of x, weights and bias', async () => {
    const x = tensor([[[1, 2, 3]], [[4, 5, 6]]]);
    const scale = tensor([[[1, 2]], [[3, 4]]]);
    const [dx, dw, db] = grads((a: Tensor, w: Tensor, b: Tensor) => sum(mul(linear(a, w, b), scale)))([
      x,
      weights(),
      zeros([2]),
    ]);
    await expect(dx).toBeAllClose(tensor([[[5, 11, 17]], [[11, 25, 39]]]));
    await expect(dw).toBeAllClose(
      tensor([
        [13, 18],
        [17, 24],
        [21, 30],
      ]),
    );
    await expect(db).toBeAllClose(tensor([4, 6]));
  });

  test('refuses shapes that do not fit', () => {
    expect(() => linear(zeros([4, 2]), weights())).toThrow('linear: x must be [..., 3], got [4, 2]');
    expect(() => linear(zeros([4, 2]), zeros([2]))).toThrow('linear: weights must be [inputs, outputs], got [2]');
    expect(() => linear(zeros([4, 3]), weights(), zeros([1]))).toThrow('linear: bias must be [2], got [1]');
    expect(() => linear(zeros([4, 3]), weights(), zeros([2]), 'gelu' as Activation)).toThrow(
      'linear: activation must be one of relu, ',
    );
  });
});

describe.each(activations)('linear with %s', (activation) => {
  // Rows, inputs, outputs: odd ones, single ones, none, more than one block of a product, and sums of a bias in more than one part, some without rows.
  test.each([
    [1, 1, 1],
    [5, 3, 7],
    [1, 9, 4],
    [17, 1, 33],
    [4, 5, 1],
    [130, 20, 35],
    [9, 300, 70],
    [300, 2, 65],
    [17, 1, 8200],
    [3, 0, 5],
    [0, 4, 3],
  ])('%i × %i × %i: equals the operations one by one, with gradients', async (rows, inputs, outputs) => {
    const keys = split(key(rows + 10 * inputs + 100 * outputs), 4);
    const [x, w, b, cotangent] = [[rows, inputs], [inputs, outputs], [outputs], [rows, outputs]].map((shape, i) =>
      normal(keys[i], shape),
    );
    const plain = (x: Tensor, w: Tensor, b: Tensor = zeros([outputs])) =>
      activate(activation, add(matMul(x as Tensor2D, w as Tensor2D), b));
    // Sums of up to 300 terms in another order.
    const tolerance = { rtol: 1e-5, atol: 1e-5 };
    for (const operands of [
      [x, w, b],
      [x, w],
    ]) {
      const gradients = (f: typeof plain) => grads((x, w, b?: Tensor) => sum(mul(f(x, w, b), cotangent)))(operands);
      const fused: typeof plain = (x, w, b) => linear(x, w, b, activation);
      await expect(fused(x, w, operands[2])).toBeAllClose(plain(x, w, operands[2]), tolerance);
      const expected = gradients(plain);
      for (const [i, actual] of gradients(fused).entries()) await expect(actual).toBeAllClose(expected[i], tolerance);
    }
  });

  test('any leading axes, variables, and large numbers', async () => {
    const x = tensor([
      [[-200], [-20]],
      [[20], [200]],
    ]);
    const [w, b] = [variable(tensor([[1, 0.01, -1]])), variable(tensor([0, 0.5, 0]))];
    const { value, grads: gradients } = variableGrads(() => sum(linear(x, w, b, activation)), [w, b]);
    const { value: wanted, grads: expected } = variableGrads(
      () => sum(activate(activation, add(matMul(reshape(x, [4, 1]), w as Tensor as Tensor2D), b))),
      [w, b],
    );
    await expect(value).toBeAllClose(wanted);
    for (const { name } of [w, b]) await expect(gradients[name]).toBeAllClose(expected[name], { rtol: 1e-5 });
    expect(linear(x, w, b, activation).shape).toEqual([2, 2, 3]);
    w.dispose();
    b.dispose();
  });

  test('leaks no tensor', async () => {
    const [x, w, b] = [ones([2, 4, 3]), weights(), zeros([2])];
    await expect(() => linear(x, w, b, activation)).toLeakNoTensor();
    await expect(() => grads((x, w, b) => sum(linear(x, w, b, activation)))([x, w, b])).toLeakNoTensor();
  });
});
