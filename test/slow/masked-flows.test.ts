import { AffineTransform, iaf, maf, naf, nsf } from '@pushforward/bijectors';
import { reachTheEntropy } from './reach-the-entropy.js';

const mlp = { hidden: [64, 64], activation: 'leakyRelu' } as const;
const transform = new AffineTransform();

// Every family on what shows what it can do; what is quick enough for every run of the tests is not here again.
reachTheEntropy([
  ['iaf', (shared) => iaf({ ...shared, ...mlp, transforms: 10, transform, mixing: 'lu' }), { moons: 1200 }],
  ['nsf', (shared) => nsf({ ...shared, ...mlp, transforms: 3, bound: 8 }), { banana: 500 }],
  ['naf', (shared) => naf({ ...shared, ...mlp, transforms: 3 }), { mixture: 500 }],
  ['naf, wide', (shared) => naf({ ...shared, ...mlp, transforms: 3, units: 16 }), { ring: 1500 }],
  ['maf', (shared) => maf({ ...shared, ...mlp, transforms: 8 }), { mixture: 800 }],
  // With leakyRelu the seed alone makes it anything from 0.02 to 0.08 nats after so many steps.
  ['maf of smooth layers', (shared) => maf({ ...shared, ...mlp, activation: 'tanh', transforms: 8 }), { moons: 900 }],
  ['nsf of the usual bound', (shared) => nsf({ ...shared, ...mlp, transforms: 3 }), { moons: 800 }],
  // Not the ring: affine layers come to 0.04 to 0.06 nats there, by the seed and the last digits; it is for the flows of splines.
]);
