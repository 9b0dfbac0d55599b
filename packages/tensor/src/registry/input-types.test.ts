import {
  add,
  cast,
  concat,
  less,
  linspace,
  matMul,
  memory,
  relu,
  reshape,
  setBackend,
  slice,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  valueAndGrad,
  variable,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, inject, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { logSumExp } from '../arrays/log-sum-exp.js';

/** Casts that share the data of what they cast, on `cpu`. */
const casts: Record<string, { from: () => Tensor; to: 'float32' | 'int32'; values: number[] }> = {
  'bool to float32': { from: () => less(linspace(0, 1, 6), 0.5), to: 'float32', values: [1, 1, 1, 0, 0, 0] },
  'bool to int32': { from: () => less(linspace(0, 1, 6), 0.5), to: 'int32', values: [1, 1, 1, 0, 0, 0] },
  'int32 to float32': {
    from: () => tensor1d([1, -2, 3, 4, 5, 70_000], 'int32'),
    to: 'float32',
    values: [1, -2, 3, 4, 5, 70_000],
  },
};

/** Makes tensors on `cpu`, and goes on with them on the backend of the tests. */
async function madeOnCpu<T>(make: () => T): Promise<T> {
  await setBackend('cpu');
  const made = make();
  await useBackend(inject('backend'));
  return made;
}

describe.each(Object.entries(casts))('a cast from %s on another backend', (_, { from, to, values }) => {
  const other = to === 'float32' ? 'int32' : 'float32';
  const operations: Record<string, { apply: (x: Tensor) => Tensor; expected: number[] }> = {
    cast: { apply: (x) => cast(x, other), expected: values },
    clone: { apply: (x) => x.clone(), expected: values },
    sum: { apply: (x) => reshape(sum(x), [1]), expected: [values.reduce((total, value) => total + value)] },
    add: { apply: (x) => add(x, x), expected: values.map((value) => value + value) },
    concat: { apply: (x) => concat([x, slice(x, 2, 2)]), expected: [...values, ...values.slice(2, 4)] },
    where: {
      apply: (x) => where(less(x, 2), x, zeros([6], to)),
      expected: values.map((value) => (value < 2 ? value : 0)),
    },
    reshape: {
      apply: (x) => reshape(relu(cast(reshape(x, [2, 3]), 'float32')), [6]),
      expected: values.map((value) => Math.max(value, 0)),
    },
  };

  test.each(Object.entries(operations))('in %s', async (__, { apply, expected }) => {
    const x = await madeOnCpu(() => tidy(() => cast(from(), to)));
    await expect(apply(x)).toBeAllClose(expected);
    // Again, now that the data have been moved.
    await expect(apply(x)).toBeAllClose(expected);
  });

  test('beside what was cast, which keeps its type', async () => {
    const [x, y] = await madeOnCpu(() => {
      const original = from();
      return [original, cast(original, to)] as const;
    });
    await expect(add(cast(x, 'float32'), cast(y, 'float32'))).toBeAllClose(values.map((value) => 2 * value));
    expect([x.dtype, y.dtype]).toEqual([from().dtype, to]);
    x.dispose();
    await expect(cast(y, 'float32')).toBeAllClose(values);
  });
});

test('variables, gradients and operations of this package', async () => {
  const x = await madeOnCpu(() => variable(tidy(() => cast(less(linspace(0, 1, 6), 0.5), 'float32'))));
  const { value, grad } = valueAndGrad((input: Tensor) => sum(matMul(reshape(input, [2, 3]), reshape(input, [3, 2]))))(
    x,
  );
  await expect(reshape(value, [1])).toBeAllClose([3]);
  await expect(grad).toBeAllClose([3, 2, 1, 3, 2, 1]);
  await expect(logSumExp(reshape(x, [2, 3]), 1)).toBeAllClose([1 + Math.log(3), Math.log(3)]);
  x.assign(add(x, x));
  await expect(x).toBeAllClose([2, 2, 2, 0, 0, 0]);
  x.dispose();
});

test('slices and parts', async () => {
  const parts = await madeOnCpu(() => tidy(() => slice(cast(tensor1d([1, 2, 3, 4], 'int32'), 'float32'), 1, 2)));
  await expect(add(parts, 0.5)).toBeAllClose([2.5, 3.5]);
});

test('no copy is left behind', async () => {
  const x = await madeOnCpu(() => tidy(() => cast(tensor1d([1, 2, 3], 'int32'), 'float32')));
  const { numDataBuffers } = memory();
  tidy(() => {
    add(x, 1);
    concat([x, x]);
  });
  expect(memory().numDataBuffers).toBe(numDataBuffers);
});
