import { gather, range, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

// Shaders and TensorFlow's own library bend indices back instead.
test.each([-1, 3])('index %i of three numbers is refused on wasm', (index) => {
  const indices = tensor1d([0, index], 'int32');
  expect(() => gather(range(0, 3), indices)).toThrow(`GatherV2: the index value ${index} is not in [0, 2]`);
});

// TensorFlow's own library has no such indices in TensorFlow.js.
test('each batch may have indices of its own', async () => {
  const x = tensor2d([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const own = tensor2d(
    [
      [2, 0],
      [1, 1],
    ],
    [2, 2],
    'int32',
  );
  await expect(gather(x, own, 1, 1)).toBeAllClose([3, 1, 5, 5]);
});
