import {
  findBackendFactory,
  registerBackend,
  removeBackend,
  type Scalar,
  square,
  sub,
  sum,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { key, normal, useBackend } from '@pushforward/tensor';
import { afterAll, expect, test } from 'vitest';
import { addNoise } from '@pushforward/tensor/testing';
import { Autoregressive } from '../autoregressive.js';
import { AffineTransform } from '../../elementwise/affine/affine.js';
import { AttentionConditioner } from '../attention/attention-conditioner.js';
import { LstmConditioner } from '../lstm/lstm-conditioner.js';

/** Starts the backend anew. */
async function restart(threads?: number): Promise<void> {
  const factory = findBackendFactory('wasm');
  removeBackend('wasm');
  registerBackend('wasm', factory);
  await useBackend('wasm', { threads });
}

/** Values and gradients in both directions, on so many threads; 17 tiles, more than a gradient has chunks. */
async function resultsOn(threads: number): Promise<number[][]> {
  await restart(threads);
  const results: number[][] = [];
  const shared = { dim: 6, parameterCount: 2, seed: 0 };
  for (const conditioner of [
    new LstmConditioner({ ...shared, hidden: [16, 8] }),
    new AttentionConditioner({ ...shared, width: 16, heads: 2, mlp: 20 }),
  ]) {
    using layer = new Autoregressive(conditioner, new AffineTransform(), 'forward');
    addNoise(layer.trainableVariables(), key(1), 0.3);
    const x = normal(key(2), [270, 6]);
    for (const direction of ['forwardAndLogDet', 'inverseAndLogDet'] as const) {
      const { value, grads } = variableGrads(() => {
        const { value, logDet } = layer[direction](x);
        return sub(sum(square(value)), sum(logDet)) as Scalar;
      });
      for (const { name } of layer.trainableVariables()) results.push(Array.from(await grads[name].data()));
      results.push(Array.from(await value.data()));
    }
  }
  return results;
}

afterAll(() => restart());

test('any number of threads gives the same numbers bit for bit', async () => {
  const expected = await resultsOn(1);
  for (const threads of [2, 5]) expect(await resultsOn(threads)).toEqual(expected);
});
