import { AffineTransform, iaf, maf, naf, nsf } from '@pushforward/bijectors';
import { reachTheEntropy } from './reach-the-entropy.js';

const mlp = { hidden: [64, 64], activation: 'leakyRelu' } as const;
// With leakyRelu the seed alone makes affine layers end anywhere from 0.02 to 0.08 nats on the moons.
const smooth = { ...mlp, activation: 'tanh' } as const;
const transform = new AffineTransform();

// Every family on what shows what it can do; what is quick enough for every run of the tests is not here again.
reachTheEntropy([
  ['iaf', (shared) => iaf({ ...shared, ...smooth, transforms: 8, transform, mixing: 'lu' }), { moons: 800 }],
  ['nsf', (shared) => nsf({ ...shared, ...mlp, transforms: 3, bound: 8 }), { banana: 300 }],
  ['naf', (shared) => naf({ ...shared, ...mlp, transforms: 3 }), { mixture: 500 }],
  ['naf, wide', (shared) => naf({ ...shared, ...mlp, transforms: 2, units: 16 }), { ring: 800 }],
  ['maf', (shared) => maf({ ...shared, ...mlp, transforms: 6 }), { mixture: 700 }],
  ['maf of smooth layers', (shared) => maf({ ...shared, ...smooth, transforms: 8 }), { moons: 700 }],
  ['nsf of the usual bound', (shared) => nsf({ ...shared, ...mlp, transforms: 3 }), { moons: 400 }],
  // Not the ring: affine layers come to 0.04 to 0.06 nats there, by the seed and the last digits; it is for the flows of splines.
]);
