import { createHash } from 'node:crypto';
import {
  findBackendFactory,
  mean,
  neg,
  registerBackend,
  removeBackend,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { AffineTransform, type Bijector, iaf, maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { foldIn, key, normal, useBackend } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import { afterAll, expect, test } from 'vitest';

/** Starts the wasm backend anew. */
async function restart(threads?: number): Promise<void> {
  const factory = findBackendFactory('wasm');
  removeBackend('wasm');
  registerBackend('wasm', factory);
  await useBackend('wasm', { threads });
}

afterAll(() => restart());

const shared = { dim: 11, hidden: [200, 190], transforms: 2, seed: 0 };

/** A digest of what a flow trains to in a few steps, with 300 events: more than one block of them, and no whole number of tiles. */
async function trainOn(threads: number, make: () => Bijector): Promise<string> {
  await restart(threads);
  using flow = new Transformed(new StandardNormal(shared.dim), make());
  using optimizer = adam({ clipNorm: 1, ema: 0.9 }).init(flow.variables());
  for (let step = 0; step < 20; step++) {
    tidy(() => {
      const x = normal(foldIn(key(1), step), [300, shared.dim]);
      optimizer.update(variableGrads(() => neg(mean(flow.logProb(x))), flow.trainableVariables()).grads);
    });
  }
  const hash = createHash('sha256');
  for (const tensor of [...flow.variables().values(), ...optimizer.tensors().values()])
    hash.update((await tensor.data()) as Float32Array);
  return hash.digest('hex');
}

test.each<[string, () => Bijector]>([
  ['MAF', () => maf(shared)],
  ['IAF, by its sequential direction', () => iaf({ ...shared, transform: new AffineTransform(), residual: true })],
])('a %s is the same bit for bit on any number of threads', async (_, make) => {
  const expected = await trainOn(1, make);
  for (const threads of [2, 3]) expect(await trainOn(threads, make)).toBe(expected);
});
