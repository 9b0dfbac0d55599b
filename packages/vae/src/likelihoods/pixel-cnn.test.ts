import { ConvDecoder, Mlp, PixelCnn } from '@pushforward/made';
import { buildModule, key, normal } from '@pushforward/tensor';
import { addNoise } from '@pushforward/tensor/testing';
import { exp, expandDims, type Scalar, sum, tensor, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { mlpEncoder } from '../encoder.js';
import { vaeModules } from '../modules.js';
import { negativeElbo } from '../objectives/negative-elbo.js';
import { Vae } from '../vae.js';
import { PixelCnnLikelihood } from './pixel-cnn.js';

/** Of images of rows × columns pixels, each of which sees its four neighbours that come before it, and what the decoder makes of two numbers. */
function decoder(rows: number, columns: number): PixelCnnLikelihood {
  const likelihood = new PixelCnnLikelihood(
    new ConvDecoder({ inputDim: 2, channels: [3], outputShape: [rows, columns, 2], activation: 'tanh', seed: 1 }),
    new PixelCnn({ shape: [rows, columns, 1], contextChannels: 2, channels: 6, firstKernel: 3, blocks: 0, seed: 2 }),
  );
  addNoise([...likelihood.variables().values()], key(3), 0.6);
  return likelihood;
}

const small = () => decoder(2, 2);
const every = Array.from({ length: 16 }, (_, n) => [0, 1, 2, 3].map((i) => (n >> i) & 1));
const z = () => normal(key(4), [3, 2]);

describe('PixelCnnLikelihood', () => {
  test('the probabilities of all x sum to 1 for every z, and z matters', async () => {
    const logProb = small()
      .distribution(z())
      .logProb(expandDims(tensor(every), 1));
    await expect(sum(exp(logProb), 0)).toBeAllClose([1, 1, 1], { rtol: 1e-5 });
    const [a, b] = (await logProb.transpose().array()) as number[][];
    expect(Math.max(...a.map((nats, i) => Math.abs(nats - b[i])))).toBeGreaterThan(0.1);
  });

  test('a pixel sees those near it, and no pixel outside of its receptive field', async () => {
    const distribution = decoder(3, 4).distribution(zeros([2]));
    const last = 11;
    // Of the pixel in the last row and column: above to the left, above, and to the left.
    const near = [6, 7, 10];
    const base = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0];
    // log p(x₁₁ = 1 | before) − log p(x₁₁ = 0 | before): the last pixel's logit, which no later pixel hides.
    const logits = async (rows: number[][]) => {
      const [ones, noughts] = [
        await distribution.logProb(tensor(rows.map((row) => [...row, 1]))).data(),
        await distribution.logProb(tensor(rows.map((row) => [...row, 0]))).data(),
      ];
      return Array.from(ones, (value, i) => value - noughts[i]);
    };
    const [own, ...changed] = await logits([base, ...base.map((pixel, i) => base.with(i, 1 - pixel))]);
    for (let pixel = 0; pixel < last; pixel++) {
      if (near.includes(pixel)) expect(Math.abs(changed[pixel] - own)).toBeGreaterThan(1e-3);
      else expect(Math.abs(changed[pixel] - own)).toBeLessThan(1e-5);
    }
  });

  test('samples follow it', async () => {
    const distribution = small().distribution(zeros([2]));
    const count = 20_000;
    const drawn = (await distribution.sample(count, { seed: 5 }).array()) as number[][];
    const frequencies = every.map(() => 0);
    for (const row of drawn) frequencies[row.reduce((n, bit, i) => n + bit * 2 ** i, 0)] += 1 / count;
    // Four standard errors of a frequency.
    await expect(exp(distribution.logProb(tensor(every)))).toBeAllClose(frequencies, { rtol: 0, atol: 0.015 });
  });

  test('in an autoencoder every variable has a gradient, and reconstruct says why it cannot', async () => {
    const vae = new Vae({
      encoder: mlpEncoder({ dataDim: 4, latentDim: 2, hidden: [8], seed: 6 }),
      likelihood: small(),
    });
    const x = tensor(every);
    const variables = vae.trainableVariables();
    const { grads } = variableGrads(() => negativeElbo(vae, { samples: 2 })(x, { seed: 7 }) as Scalar, variables);
    for (const { name } of variables) {
      const slopes = await grads[name].data();
      expect(slopes.every(Number.isFinite) && slopes.some((slope) => slope !== 0)).toBe(true);
    }
    expect(vae.sample(7, { seed: 0 }).shape).toEqual([7, 4]);
    expect(() => vae.reconstruct(x)).toThrow('PixelCnnLikelihood: the mean of x given z has no closed form');
    await expect(() => vae.sample(3)).toLeakNoTensor();
    await expect(() => Object.values(vae.elbo(x))).toLeakNoTensor();
  });

  test('is rebuilt from its configuration', async () => {
    const likelihood = small();
    const copy = buildModule<PixelCnnLikelihood>(JSON.parse(JSON.stringify(likelihood.config())), vaeModules);
    for (const [path, variable] of likelihood.variables()) copy.variables().get(path)!.assign(variable);
    const [a, b] = [likelihood, copy].map((own) => own.distribution(z()).logProb(zeros([3, 4])));
    await expect(a).toBeAllClose(b, { rtol: 0, atol: 0 });
  });

  test('refuses parts that do not fit', () => {
    const { pixelCnn } = small();
    const wide = new Mlp({ inputDim: 2, hidden: [], outputDim: 9 });
    expect(() => new PixelCnnLikelihood(wide, pixelCnn)).toThrow(
      'PixelCnnLikelihood: decoder outputDim must be the contextDim of pixelCnn, 8, got 9',
    );
    const two = new PixelCnn({ shape: [2, 2, 1], parameterCount: 2, contextDim: 9, seed: 0 });
    expect(() => new PixelCnnLikelihood(wide, two)).toThrow(
      'PixelCnnLikelihood: pixelCnn parameterCount must be 1, got 2',
    );
  });
});
