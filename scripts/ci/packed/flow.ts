// A user of every package, in strict TypeScript without any loader.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { maf } from '@pushforward/bijectors';
import { distributionModules, StandardNormal, Transformed } from '@pushforward/distributions';
import { loadModule, saveModule } from '@pushforward/io/node';
import { key, normal, useBackend } from '@pushforward/tensor';
import { adam, fit } from '@pushforward/training';
import { BernoulliLikelihood, Mlp, mlpEncoder, Vae } from '@pushforward/vae';

console.log(`backend ${await useBackend()}`);
const data = tf.tidy(() => normal(key(0), [500, 2]).mul(2).add(1));
const flow = new Transformed(new StandardNormal(2), maf({ dim: 2, hidden: [16], transforms: 2, seed: 1 }));
const result = await fit((x: tf.Tensor) => flow.logProb(x).mean().neg(), data, {
  module: flow,
  optimizer: adam({ learningRate: 0.01 }),
  epochs: 10,
  batchSize: 100,
  seed: 2,
});
console.log(`trained ${result.step} steps`);

const folder = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
await saveModule(flow, path.join(folder, 'model'));
const { module: copy } = await loadModule<typeof flow>(path.join(folder, 'model'), distributionModules);
rmSync(folder, { recursive: true });
const [ours, theirs] = [await flow.logProb(data).data(), await copy.logProb(data).data()];
if (String(ours) !== String(theirs)) throw new Error('the loaded flow is another one');

const vae = new Vae({
  encoder: mlpEncoder({ dataDim: 5, latentDim: 2, hidden: [8], seed: 0 }),
  likelihood: new BernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [8], outputDim: 5, seed: 1 })),
});
console.log(`VAE ELBO ${vae.elbo(tf.zeros([3, 5]), { seed: 0 }).elbo.shape}`);
