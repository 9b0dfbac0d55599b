import {
  AffineTransform,
  glow,
  iaf,
  maf,
  naf,
  nice,
  nsf,
  RationalQuadraticSplineTransform,
  realNvp,
} from '@pushforward/bijectors';
import { reachTheEntropy } from './reach-the-entropy.js';

const mlp = { hidden: [64, 64], activation: 'leakyRelu' } as const;
const transform = new AffineTransform();
const spline = new RationalQuadraticSplineTransform();

// Every family on what shows what it can do; what is quick enough for every run of the tests is not here again.
reachTheEntropy([
  ['iaf', (shared) => iaf({ ...shared, ...mlp, transforms: 10, transform, mixing: 'lu' }), { moons: 1200 }],
  ['nsf', (shared) => nsf({ ...shared, ...mlp, transforms: 3, bound: 8 }), { banana: 500 }],
  [
    'nsf of coupling layers',
    (shared) => nsf({ ...shared, ...mlp, transforms: 6, layers: 'coupling' }),
    { ring: 500, mixture: 400 },
  ],
  [
    'nsf of coupling layers, wide',
    (shared) => nsf({ ...shared, ...mlp, transforms: 4, layers: 'coupling', bound: 8 }),
    { banana: 500 },
  ],
  ['naf', (shared) => naf({ ...shared, ...mlp, transforms: 3 }), { mixture: 500 }],
  ['naf, wide', (shared) => naf({ ...shared, ...mlp, transforms: 3, units: 16 }), { ring: 1500 }],
  ['realNvp', (shared) => realNvp({ ...shared, ...mlp, transforms: 12 }), { moons: 1200 }],
  // Not the moons (0.16 nats with 10 layers) and the ring (0.47): layers that keep volumes give every density level the area that it has under a
  // Gaussian, up to one scale for each dimension.
  ['nice', (shared) => nice({ ...shared, ...mlp, transforms: 10 }), { banana: 500 }],
  ['glow', (shared) => glow({ ...shared, ...mlp, transforms: 12 }), { mixture: 700 }],
  ['glow of splines', (shared) => glow({ ...shared, ...mlp, transforms: 6, transform: spline }), { ring: 600 }],
  ['maf', (shared) => maf({ ...shared, ...mlp, transforms: 8 }), { mixture: 800 }],
  // With leakyRelu the seed alone makes it anything from 0.02 to 0.08 nats after so many steps.
  ['maf of smooth layers', (shared) => maf({ ...shared, ...mlp, activation: 'tanh', transforms: 8 }), { moons: 900 }],
  ['nsf of the usual bound', (shared) => nsf({ ...shared, ...mlp, transforms: 3 }), { moons: 800 }],
  ['maf, deep', (shared) => maf({ ...shared, ...mlp, transforms: 10 }), { ring: 2500 }],
]);
