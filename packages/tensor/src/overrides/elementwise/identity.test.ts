import { cast, clone, memory, mul, tensor, variable } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

test('a clone outlives its original', async () => {
  const x = tensor([1, 2]);
  const copy = clone(x);
  x.dispose();
  await expect(copy).toBeAllClose([1, 2]);
  await expect(mul(copy, 2)).toBeAllClose([2, 4]);
  copy.dispose();
});

test('a clone keeps its numbers when the variable is assigned', async () => {
  const x = variable(tensor([1, 2]));
  const copy = clone(x);
  x.assign(tensor([3, 4]));
  await expect(copy).toBeAllClose([1, 2]);
  await expect(x).toBeAllClose([3, 4]);
  x.dispose();
});

test('a cast to the same type and to another', async () => {
  const x = tensor([1.5, -2.5]);
  await expect(cast(x, 'float32')).toBeAllClose([1.5, -2.5]);
  const integers = cast(x, 'int32');
  expect(integers.dtype).toBe('int32');
  await expect(integers).toBeAllClose([1, -2]);
  await expect(cast(tensor([0, 1]), 'bool')).toBeAllClose([0, 1]);
});

test('strings', async () => {
  expect(await clone(tensor(['a', 'b'])).data()).toEqual(['a', 'b']);
});

test('clones are freed with the last of them', () => {
  const before = memory();
  const x = tensor([1, 2]);
  const copies = [clone(x), clone(x), cast(x, 'float32')];
  for (const each of [x, ...copies]) each.dispose();
  expect(memory()).toMatchObject({
    numTensors: before.numTensors,
    numDataBuffers: before.numDataBuffers,
    numBytes: before.numBytes,
  });
});
