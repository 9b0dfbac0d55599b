import {
  all,
  any,
  cast,
  equal,
  getGradient,
  grad,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  mul,
  notEqual,
  searchSorted,
  sub,
  type Tensor,
  tensor,
  where,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { registerMissingGradients } from './missing-gradients.js';

const x = () => tensor([-2, -0.5, 0, 1, 3]);

test.each([
  ['greater', (x: Tensor) => greater(x, 0), [-3, -3, -3, 2, 2]],
  ['greaterEqual', (x: Tensor) => greaterEqual(x, 0), [-3, -3, 2, 2, 2]],
  ['less', (x: Tensor) => less(x, 0), [2, 2, -3, -3, -3]],
  ['lessEqual', (x: Tensor) => lessEqual(x, 0), [2, 2, 2, -3, -3]],
  ['equal', (x: Tensor) => equal(x, 0), [-3, -3, 2, -3, -3]],
  ['notEqual', (x: Tensor) => notEqual(x, 0), [2, 2, -3, 2, 2]],
  ['logicalAnd', (x: Tensor) => logicalAnd(greater(x, -1), less(x, 2)), [-3, 2, 2, 2, -3]],
  ['logicalOr', (x: Tensor) => logicalOr(less(x, -1), greater(x, 2)), [2, -3, -3, -3, 2]],
  ['logicalXor', (x: Tensor) => logicalXor(less(x, 1), greater(x, -1)), [2, -3, -3, 2, 2]],
  ['logicalNot', (x: Tensor) => logicalNot(greater(x, 0)), [2, 2, 2, -3, -3]],
])('the gradient through where(%s(x), 2x, −3x)', async (_, condition, expected) => {
  await expect(grad((x) => where(condition(x), mul(x, 2), mul(x, -3)))(x())).toBeAllClose(expected);
});

test('operands that broadcast, and that are both differentiated', async () => {
  const scale = grad((s: Tensor) => where(greater(x(), s), mul(x(), s), sub(x(), s)));
  await expect(scale(tensor([0.5]))).toBeAllClose([-3 + 1 + 3]);
});

test.each([
  ['all', (x: Tensor) => cast(all(greater(x, -5)), 'float32'), [1, 1, 1, 1, 1]],
  ['any', (x: Tensor) => cast(any(greater(x, 5)), 'float32'), [0, 0, 0, 0, 0]],
  ['searchSorted', (x: Tensor) => cast(searchSorted(tensor([-1, 0.5, 2]), x), 'float32'), [0, 1, 1, 2, 3]],
])('the gradient through x · %s(x)', async (_, constant, expected) => {
  await expect(grad((x) => mul(x, constant(x)))(x())).toBeAllClose(expected);
});

test('keeps the gradients that exist', () => {
  const before = ['Exp', 'GreaterEqual', 'Greater'].map((name) => getGradient(name));
  registerMissingGradients();
  expect(['Exp', 'GreaterEqual', 'Greater'].map((name) => getGradient(name))).toEqual(before);
});
