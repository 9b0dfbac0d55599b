import { engine } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { describeBackend } from './describe-backend.js';
import { wasmModuleOf } from '../wasm/wasm-module.js';

test('the backend in words begins with its name, and on wasm has threads and vectors', () => {
  const module = wasmModuleOf(engine().backend);
  const pattern = module
    ? new RegExp(`^wasm \\(${module.threads} threads?, (128|256)-bit vectors(, fused multiply-add)?\\)$`)
    : new RegExp(`^${engine().backendName}$`);
  expect(describeBackend()).toMatch(pattern);
});
