import {
  add,
  grads,
  memory,
  mul,
  onesLike,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { withGradients } from './with-gradients.js';

/** The product and the sum of two tensors, whose gradients are those of the product ten times too large, to tell them apart. */
const productAndSum = (a: Tensor, b: Tensor) =>
  withGradients(
    [a, b],
    () => ({ outputs: [mul(a, b), add(a, b)], residuals: [onesLike(a)] }),
    ([dp, ds], [x, y], [one]) => [add(mul(10, mul(dp, y)), mul(ds, one)), add(mul(10, mul(dp, x)), ds)],
  );

describe('withGradients', () => {
  test('takes the gradients that it is given', async () => {
    const [product, total] = productAndSum(tensor1d([1, 2]), tensor1d([3, 4]));
    await expect(product).toBeAllClose([3, 8]);
    await expect(total).toBeAllClose([4, 6]);
    const [da, db] = grads((a, b) => {
      const [product, total] = productAndSum(a, b);
      return add(sum(product), mul(7, sum(total)));
    })([tensor1d([1, 2]), tensor1d([3, 4])]);
    await expect(da).toBeAllClose([37, 47]);
    await expect(db).toBeAllClose([17, 27]);
  });

  test('an output that nothing depends on has a cotangent of zeros', async () => {
    const [da] = grads((a, b) => sum(productAndSum(a, b)[1]))([tensor1d([1, 2]), tensor1d([3, 4])]);
    await expect(da).toBeAllClose([1, 1]);
  });

  test('a variable gets its gradient, and is not saved', async () => {
    const w = variable(tensor1d([1, 2]));
    const x = tensor1d([3, 4]);
    const { grads: gradients } = variableGrads(() => sum(productAndSum(x, w)[0]), [w]);
    await expect(gradients[w.name]).toBeAllClose([30, 40]);
    const saved = () => {
      let count = 0;
      tidy(() => {
        variableGrads(() => {
          const before = memory().numTensors;
          const outputs = productAndSum(w, w);
          count = memory().numTensors - before - outputs.length;
          return sum(outputs[0]);
        }, [w]);
      });
      return count;
    };
    // What the operation keeps of its own.
    expect(saved()).toBe(1);
    w.dispose();
  });

  test('says whether there will be a gradient, and keeps nothing if not', async () => {
    const told: boolean[] = [];
    const operation = (x: Tensor) =>
      withGradients(
        [x],
        (hasGradient) => {
          told.push(hasGradient);
          return { outputs: [mul(x, 2)], residuals: [onesLike(x)] };
        },
        ([dy]) => [mul(dy, 2)],
      )[0];
    const x = tensor1d([1]);
    await expect(() => operation(x)).toLeakNoTensor();
    await expect(() => grads((a: Tensor) => sum(operation(a)))([x])).toLeakNoTensor();
    expect(told).toEqual([false, true]);
  });
});
