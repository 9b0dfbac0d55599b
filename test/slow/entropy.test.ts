import {
  AffineTransform,
  attentionIaf,
  attentionMaf,
  type Bijector,
  Chain,
  fitStandardization,
  glow,
  iaf,
  lstmIaf,
  lstmMaf,
  maf,
  naf,
  nice,
  nsf,
  RationalQuadraticSplineTransform,
  realNvp,
} from '@pushforward/bijectors';
import { key } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { banana, type Density, exactLogProb, ring, twoMoons } from '../densities.js';
import { gap, type Target } from '../flow-gap.js';
import { movingMixture } from '../moving-mixture.js';

const targetOf = (density: Density): Target => ({
  draw: (count, seed) => ({ x: density.sample(count, seed) }),
  exactLogProb: ({ x }) => exactLogProb(density, x),
});
const targets = { moons: targetOf(twoMoons), ring: targetOf(ring), banana: targetOf(banana), mixture: movingMixture };
type Name = keyof typeof targets;

const mlp = { hidden: [64, 64], activation: 'leakyRelu' } as const;
const attention = { width: 32, heads: 2, blocks: 1, mlp: 64 } as const;
const transform = new AffineTransform();
const spline = new RationalQuadraticSplineTransform();
type Shared = { dim: number; context?: number; seed: number };

/** Each flow, and how long it is trained on each density. */
const flows: [string, (shared: Shared) => Bijector, Partial<Record<Name, number>>][] = [
  ['iaf', (shared) => iaf({ ...shared, ...mlp, transforms: 8, transform }), { moons: 900, ring: 1500, mixture: 800 }],
  ['maf', (shared) => maf({ ...shared, ...mlp, transforms: 8 }), {}],
  ['lstmIaf', (shared) => lstmIaf({ ...shared, hidden: [32], transforms: 2, transform: spline }), { moons: 600, ring: 400, mixture: 400 }],
  ['lstmMaf', (shared) => lstmMaf({ ...shared, hidden: [32], transforms: 2, transform: spline }), { moons: 600, ring: 400, mixture: 400 }],
  ['attentionIaf', (shared) => attentionIaf({ ...shared, ...attention, transforms: 2, transform: spline }), { moons: 600, ring: 400, mixture: 400 }],
  ['attentionMaf', (shared) => attentionMaf({ ...shared, ...attention, transforms: 2, transform: spline }), { moons: 600, ring: 400, mixture: 400 }],
  ['nsf', (shared) => nsf({ ...shared, ...mlp, transforms: 3, bound: 8 }), { banana: 600 }],
  ['nsf of coupling layers', (shared) => nsf({ ...shared, ...mlp, transforms: 6, layers: 'coupling' }), { moons: 1000, ring: 600, mixture: 600 }],
  ['naf', (shared) => naf({ ...shared, ...mlp, transforms: 3 }), { moons: 1200, ring: 1200, banana: 500, mixture: 600 }],
  ['realNvp', (shared) => realNvp({ ...shared, ...mlp, transforms: 12 }), { moons: 1500, ring: 1500, banana: 600, mixture: 800 }],
  ['nice', (shared) => nice({ ...shared, ...mlp, transforms: 8 }), { moons: 1000, ring: 1000, banana: 600, mixture: 800 }],
  ['glow', (shared) => glow({ ...shared, ...mlp, transforms: 12 }), { moons: 1500, ring: 1500, banana: 600, mixture: 800 }],
];
const cases = flows.flatMap(([flow, make, steps]) =>
  (Object.entries(steps) as [Name, number][]).map(([density, count]) => ({ flow, make, density, count })),
);

describe('reaches the negative entropy to 0.05 nats', () => {
  test.each(cases)('$flow, $density', { timeout: 600_000 }, async ({ flow, make, density, count }) => {
    const target = targets[density];
    const shared = { dim: 2, context: density === 'mixture' ? 1 : undefined, seed: 0 };
    const standardization = await fitStandardization(target.draw(10_000, key(9)).x);
    const nats = await gap(target, new Chain([make(shared), standardization]), count);
    console.log(`${flow}, ${density}: ${nats.toFixed(3)} nats`);
    expect(nats).toBeLessThan(0.05);
    // No density is better than the true one, but for the error of 20,000 samples.
    expect(nats).toBeGreaterThan(-0.02);
  });
});
