import { type Bijector, Chain, fitStandardization } from '@pushforward/bijectors';
import { key } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { banana, type Density, exactLogProb, ring, twoMoons } from '../entropy/densities.js';
import { gap, type Target } from '../entropy/flow-gap.js';
import { movingMixture } from '../entropy/moving-mixture.js';

const targetOf = (density: Density): Target => ({
  draw: (count, seed) => ({ x: density.sample(count, seed) }),
  exactLogProb: ({ x }) => exactLogProb(density, x),
});
const targets = { moons: targetOf(twoMoons), ring: targetOf(ring), banana: targetOf(banana), mixture: movingMixture };
type Name = keyof typeof targets;

/** A flow by its name, how it is made, and how many steps it is trained on each density. */
export type Flow = [
  name: string,
  make: (shared: { dim: number; contextDim?: number; seed: number }) => Bijector,
  steps: Partial<Record<Name, number>>,
];

/** Tests that flows come within 0.05 nats of densities whose entropy is known. */
export function reachTheEntropy(flows: readonly Flow[]): void {
  const cases = flows.flatMap(([flow, make, steps]) =>
    (Object.entries(steps) as [Name, number][]).map(([density, count]) => ({ flow, make, density, count })),
  );

  describe('reaches the negative entropy to 0.05 nats', () => {
    test.each(cases)('$flow, $density', { timeout: 600_000 }, async ({ flow, make, density, count }) => {
      const target = targets[density];
      const shared = { dim: 2, contextDim: density === 'mixture' ? 1 : undefined, seed: 0 };
      const standardization = await fitStandardization(target.draw(10_000, key(9)).x);
      const nats = await gap(target, new Chain([make(shared), standardization]), count);
      console.log(`${flow}, ${density}: ${nats.toFixed(3)} nats`);
      expect(nats).toBeLessThan(0.05);
      // No density is better than the true one, but for the error of 20,000 samples.
      expect(nats).toBeGreaterThan(-0.02);
    });
  });
}
