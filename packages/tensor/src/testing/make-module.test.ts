import { keep, memory, scalar, tensor1d, variable } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Module } from '../module/module.js';
import { makeModule } from './make-module.js';

class Owner extends Module {
  readonly weight = variable(scalar(1));
  readonly mask = tensor1d([1, 0]);
  readonly kept = keep(tensor1d([1]));

  override config() {
    return { type: 'Owner' };
  }
}

test('the first value of a variable goes, and nothing else', async () => {
  const before = memory().numTensors;
  const owner = makeModule(() => new Owner());
  expect(await owner.weight.data()).toEqual(Float32Array.of(1));
  expect(await owner.mask.data()).toEqual(Float32Array.of(1, 0));
  owner.dispose();
  // The class never frees its mask and its constant.
  expect(memory().numTensors - before).toBe(2);
  owner.mask.dispose();
  owner.kept.dispose();
  expect(memory().numTensors - before).toBe(0);
});
