import { getBackend, mean, neg, setBackend, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { AffineTransform, type Bijector, iaf, maf, realNvp } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { foldIn, key } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import { expect, test } from 'vitest';
import { twoMoons } from '../densities.js';

const shared = { dim: 2, hidden: [16, 16], transforms: 3, activation: 'tanh', seed: 0 } as const;

/** 200 steps of maximum likelihood on a backend, and then the log-densities of new points. */
async function trainOn(backendName: string, make: () => Bijector): Promise<Float32Array> {
  await setBackend(backendName);
  using flow = new Transformed(new StandardNormal(2), make());
  using optimizer = adam({ learningRate: 2e-3 }).init(flow.variables());
  for (let step = 0; step < 200; step++) {
    tidy(() => {
      const x = twoMoons.sample(64, foldIn(key(1), step));
      optimizer.update(variableGrads(() => neg(mean(flow.logProb(x))), flow.trainableVariables()).grads);
    });
  }
  const logProb = tidy(() => flow.logProb(twoMoons.sample(100, key(2))));
  const numbers = (await logProb.data()) as Float32Array;
  logProb.dispose();
  return numbers;
}

// Not splines: a point that rounding puts on the other side of a knot has another gradient, and paths of training part from there.
test.each<[string, () => Bijector]>([
  ['MAF', () => maf(shared)],
  ['IAF, by its sequential direction', () => iaf({ ...shared, transform: new AffineTransform() })],
  ['RealNVP', () => realNvp(shared)],
])('a %s after 200 steps is the same to 1e-3 whichever backend trained it', { timeout: 300_000 }, async (_, make) => {
  const own = getBackend();
  const reference = await trainOn('cpu', make);
  const numbers = await trainOn(own, make);
  const worst = numbers.reduce((error, number, i) => Math.max(error, Math.abs(number - reference[i]) / Math.max(1, Math.abs(reference[i]))), 0);
  expect(worst).toBeLessThan(1e-3);
});
