import { grad, ones, sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { admit } from './admit.js';

describe('admit', () => {
  test('gives back what needs no change', () => {
    const [x, context] = [zeros([4, 2]), zeros([1, 3])];
    const found = admit({ name: 'maf', x, event: [2], context, contextDim: 3 });
    expect(found.x).toBe(x);
    expect(found.context).toBe(context);
    expect(found.batch).toEqual([4]);
  });

  test.each([
    [[2], [5, 3], [5, 2]],
    [
      [4, 1, 2],
      [5, 3],
      [4, 5, 2],
    ],
    [
      [4, 2],
      [5, 1, 3],
      [5, 4, 2],
    ],
    [[2], [0, 3], [0, 2]],
    [[4, 2], [3], [4, 2]],
  ])('events %j under contexts %j', (own, contexts, shape) => {
    const { x, batch } = admit({ name: 'maf', x: ones(own), event: [2], context: zeros(contexts), contextDim: 3 });
    expect(x.shape).toEqual(shape);
    expect(batch).toEqual(shape.slice(0, -1));
  });

  test('the gradient of an event is summed over its contexts', async () => {
    const gradient = grad((x) => sum(admit({ name: 'maf', x, event: [2], context: zeros([5, 3]), contextDim: 3 }).x));
    await expect(gradient(ones([2]))).toBeAllClose([5, 5]);
  });

  test('integers and truth values, of both arguments', () => {
    const found = admit({
      name: 'maf',
      x: tensor1d([1, 2], 'int32'),
      event: [2],
      context: tensor2d([[1]], [1, 1], 'bool'),
      contextDim: 1,
    });
    expect([found.x.dtype, found.context!.dtype]).toEqual(['float32', 'float32']);
  });

  test('what does not fit', () => {
    expect(() => admit({ name: 'maf', x: [1, 2] as never, event: [2] })).toThrow('maf: x must be a tensor, got [1, 2]');
    expect(() => admit({ name: 'maf', x: zeros([2]), event: [2], context: [1] as never, contextDim: 1 })).toThrow(
      'maf: context must be a tensor, got [1]',
    );
    expect(() => admit({ name: 'maf', argument: 'y', x: zeros([3]), event: [2] })).toThrow(
      'maf: y must be [..., 2], got [3]',
    );
    expect(() => admit({ name: 'maf', x: zeros([2]), event: [2], context: zeros([1]) })).toThrow(
      'maf takes no context',
    );
    expect(() => admit({ name: 'maf', x: tensor1d(['a', 'b']), event: [2] })).toThrow(
      'maf: x must be float32, int32 or bool, got string',
    );
    const context = tensor1d(['a']);
    expect(() => admit({ name: 'maf', x: zeros([2]), event: [2], context, contextDim: 1 })).toThrow(
      'maf: context must be float32, int32 or bool',
    );
  });
});
