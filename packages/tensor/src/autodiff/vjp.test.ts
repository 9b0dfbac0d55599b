import {
  add,
  customGrad,
  exp,
  grad,
  type GradSaveFunc,
  matMul,
  mul,
  neg,
  scalar,
  sin,
  square,
  sum,
  type Tensor,
  tensor,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { vjp } from './vjp.js';

describe('vjp', () => {
  test('contracts every output with its cotangent', async () => {
    const x = tensor([1, 2]);
    const y = tensor([3, 4]);
    const [dx, dy] = vjp((x, y) => [mul(x, y), sum(square(x))], [x, y], [tensor([5, 6]), scalar(7)]);
    await expect(dx).toBeAllClose([5 * 3 + 7 * 2 * 1, 6 * 4 + 7 * 2 * 2]);
    await expect(dy).toBeAllClose([5 * 1, 6 * 2]);
  });

  test('an input that no output depends on gets zeros', async () => {
    const [dx, dy] = vjp((x) => square(x), [tensor([3]), tensor([[1, 2]])], [tensor([1])]);
    await expect(dx).toBeAllClose([6]);
    expect(dy.shape).toEqual([1, 2]);
    await expect(dy).toBeAllClose([0, 0]);
  });

  test('outputs that are inputs, equal each other or feed each other', async () => {
    const x = tensor([2, 3]);
    const [dx] = vjp(
      (x) => {
        const y = square(x);
        return [x, y, y, sum(y)];
      },
      [x],
      [tensor([1, 1]), tensor([10, 10]), tensor([20, 20]), scalar(100)],
    );
    await expect(dx).toBeAllClose([1 + 130 * 4, 1 + 130 * 6]);
  });

  test('the same tensor passed twice gets two products', async () => {
    const x = tensor([2, 3]);
    const [first, second] = vjp((a, b) => mul(square(a), b), [x, x], [tensor([1, 1])]);
    await expect(first).toBeAllClose([8, 18]);
    await expect(second).toBeAllClose([4, 9]);
  });

  test('a variable in the closure may be passed as an input', async () => {
    const w = variable(tensor([5, 7]));
    const [, dw] = vjp((x) => mul(x, w), [tensor([2, 3]), w], [tensor([1, 1])]);
    await expect(dw).toBeAllClose([2, 3]);
    w.dispose();
  });

  test('the cotangents survive, and nothing leaks', async () => {
    const x = tensor([1, 2]);
    const cotangent = tensor([1, 1]);
    await expect(() => vjp((x) => add(x, add(x, x)), [x], [cotangent])).toLeakNoTensor();
    await expect(cotangent).toBeAllClose([1, 1]);
    await expect(x).toBeAllClose([1, 2]);
  });

  // exp(sin x) as an operation whose gradient function runs vjp.
  const outer = customGrad((x: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
    (save as GradSaveFunc)([x as Tensor]);
    return { value: exp(sin(x as Tensor)), gradFunc: (dy, saved) => vjp((x) => exp(sin(x)), saved, [dy]) };
  });

  test('leaves the tape of a gradient being computed alone', async () => {
    const w = variable(tensor([0.5, 2]));
    const plain = variableGrads(() => sum(exp(sin(square(exp(sin(square(w))))))));
    await expect(() => {
      const { value, grads } = variableGrads(() => sum(outer(square(outer(square(w))))), [w]);
      return [value, grads[w.name]];
    }).toLeakNoTensor();
    const nested = variableGrads(() => sum(outer(square(outer(square(w))))));
    await expect(nested.grads[w.name]).toBeAllClose(plain.grads[w.name]);
    w.dispose();
  });

  test('works inside the forward function of an operation, where nothing is recorded', async () => {
    const derivative = customGrad((x: Tensor | GradSaveFunc) => ({
      value: vjp((x) => square(x), [x as Tensor], [tensor([1, 1])])[0],
      gradFunc: (dy) => mul(dy, 2),
    }));
    const x = tensor([3, 4]);
    await expect(derivative(x)).toBeAllClose([6, 8]);
    await expect(grad((x) => derivative(square(x)))(x)).toBeAllClose([12, 16]);
  });

  test('is itself differentiable: second derivatives', async () => {
    const x = tensor([0.3, 1.2]);
    const second = grad((x) => vjp((x) => sin(x), [x], [tensor([1, 1])])[0])(x);
    await expect(second).toBeAllClose(neg(sin(x)));
  });

  test('takes no inputs', () => {
    expect(vjp(() => scalar(1), [], [scalar(1)])).toEqual([]);
  });

  test('refuses cotangents that do not fit', () => {
    const x = tensor([[1, 2]]);
    expect(() => vjp((x) => [x, x], [x], [x])).toThrow('vjp: cotangents must be 2, one for each output, got 1');
    expect(() => vjp((x) => matMul(x, x, false, true), [x], [x])).toThrow(
      'vjp: cotangents[0] must be [1, 1], got [1, 2]',
    );
  });
});
