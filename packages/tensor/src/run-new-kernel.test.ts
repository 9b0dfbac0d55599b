import { getBackend } from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { runNewKernel } from './run-new-kernel.js';

test('a kernel that the backend lacks', () => {
  expect(() => runNewKernel('Missing', [])).toThrow(`Missing: backend '${getBackend()}' has no such kernel`);
});
