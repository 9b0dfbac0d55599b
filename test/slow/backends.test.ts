import { getBackend, mean, neg, setBackend, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { AffineTransform, type Bijector, iaf, maf, nsf, realNvp } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { foldIn, key } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import { expect, test } from 'vitest';
import { twoMoons } from '../entropy/densities.js';

const shared = { dim: 2, hidden: [16, 16], transforms: 3, activation: 'tanh', seed: 0 } as const;

/** 50 steps of maximum likelihood on a backend, and then the log-densities of new points. */
async function trainOn(backendName: string, make: () => Bijector, learningRate: number): Promise<Float32Array> {
  await setBackend(backendName);
  using flow = new Transformed(new StandardNormal(2), make());
  using optimizer = adam({ learningRate }).init(flow.variables());
  for (let step = 0; step < 50; step++) {
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

// With eight bins or longer steps, an autoregressive spline flow cannot agree, on one backend either: its path is unstable for a while,
// and grows a difference of 1e-7 in the data into one of 0.1 in the log-density.
test.each<[string, () => Bijector, number]>([
  ['MAF', () => maf(shared), 2e-3],
  ['IAF, by its sequential direction', () => iaf({ ...shared, transform: new AffineTransform() }), 2e-3],
  ['RealNVP', () => realNvp(shared), 2e-3],
  ['NSF of coupling layers', () => nsf({ ...shared, layers: 'coupling' }), 2e-3],
  ['NSF of autoregressive layers', () => nsf({ ...shared, bins: 4 }), 1e-3],
])(
  'a %s after 50 steps is the same to 1e-3 whichever backend trained it',
  { timeout: 300_000 },
  async (_, make, learningRate) => {
    const own = getBackend();
    const reference = await trainOn('cpu', make, learningRate);
    const numbers = await trainOn(own, make, learningRate);
    const worst = numbers.reduce(
      (error, number, i) => Math.max(error, Math.abs(number - reference[i]) / Math.max(1, Math.abs(reference[i]))),
      0,
    );
    expect(worst).toBeLessThan(1e-3);
  },
);
