import { AffineTransform, iaf, nsf } from '@pushforward/bijectors';
import { describe, expect, test } from 'vitest';
import { banana, type Density, exactLogProb, ring } from './densities.js';
import { gap, type Target } from './flow-gap.js';

const targetOf = (density: Density): Target => ({
  draw: (count, seed) => ({ x: density.sample(count, seed) }),
  exactLogProb: ({ x }) => exactLogProb(density, x),
});

describe('a flow trained by maximum likelihood reaches the negative entropy to 0.05 nats', () => {
  const shared = { dim: 2, hidden: [64, 64], activation: 'leakyRelu', seed: 0 } as const;
  test.each([
    {
      name: 'IAF',
      density: banana,
      flow: () => iaf({ ...shared, transforms: 4, transform: new AffineTransform() }),
      steps: 600,
    },
    { name: 'NSF', density: ring, flow: () => nsf({ ...shared, transforms: 2 }), steps: 400 },
  ])('$name, $density.name', { timeout: 300_000 }, async ({ density, flow, steps }) => {
    const nats = await gap(targetOf(density), flow(), steps);
    expect(nats).toBeLessThan(0.05);
    // No density is better than the true one, but for the error of 20,000 samples.
    expect(nats).toBeGreaterThan(-0.02);
  });
});
