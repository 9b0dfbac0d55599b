import { backend, engine, getBackend, setBackend, tensor1d, tensor2d } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { linear } from '../index.js';
import { hasAdamKernel, standardNormalLogProb } from '../kernels/index.js';
import { runKernel } from './run-kernel.js';

test('a kernel that the backend lacks', () => {
  expect(() => runKernel('Missing', [])).toThrow(`Missing: backend '${getBackend()}' has no such kernel`);
});

test('a tensor of another type than the kernel reads', () => {
  expect(() => runKernel('Adam', [tensor1d([1], 'int32')])).toThrow('Adam: every tensor must be float32, got int32');
});

test('a tensor that was disposed of', () => {
  const gone = tensor2d([[1, 2]]);
  gone.dispose();
  expect(() => runKernel('Adam', [gone])).toThrow(new Error('Tensor is disposed.'));
  expect(() => standardNormalLogProb(gone, 1)).toThrow();
});

test.runIf(hasAdamKernel())('a tensor of another backend', async () => {
  const own = getBackend();
  await setBackend('cpu');
  const x = tensor2d([
    [1, 2],
    [3, -4],
  ]);
  const weights = tensor2d([
    [1, 2],
    [3, 4],
  ]);
  await setBackend(own);
  await expect(standardNormalLogProb(x, 1)).toBeAllClose([-4.337877, -14.337877]);
  await setBackend('cpu');
  const again = tensor2d([
    [1, 2],
    [3, -4],
  ]);
  await setBackend(own);
  await expect(linear(again, weights, tensor1d([0, 1]), 'relu')).toBeAllClose([
    [7, 11],
    [0, 0],
  ]);
  expect(engine().backendName).toBe(own);
  expect(backend()).toBe(engine().backend);
});
