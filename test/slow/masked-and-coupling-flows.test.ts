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

// What is quick enough for every run of the tests is not here again.
reachTheEntropy([
  [
    'iaf',
    (shared) => iaf({ ...shared, ...mlp, transforms: 10, transform, mixing: 'lu' }),
    { moons: 1200, ring: 1500, mixture: 500 },
  ],
  ['nsf', (shared) => nsf({ ...shared, ...mlp, transforms: 3, bound: 8 }), { banana: 500 }],
  [
    'nsf of coupling layers',
    (shared) => nsf({ ...shared, ...mlp, transforms: 6, layers: 'coupling' }),
    { moons: 900, ring: 500, mixture: 400 },
  ],
  [
    'nsf of coupling layers, wide',
    (shared) => nsf({ ...shared, ...mlp, transforms: 4, layers: 'coupling', bound: 8 }),
    { banana: 500 },
  ],
  ['naf', (shared) => naf({ ...shared, ...mlp, transforms: 3 }), { moons: 1200, banana: 400, mixture: 500 }],
  ['naf, wide', (shared) => naf({ ...shared, ...mlp, transforms: 3, units: 16 }), { ring: 1500 }],
  ['realNvp', (shared) => realNvp({ ...shared, ...mlp, transforms: 12 }), { moons: 1200, banana: 400, mixture: 800 }],
  ['realNvp, mixed', (shared) => realNvp({ ...shared, ...mlp, transforms: 14, mixing: 'lu' }), { ring: 1500 }],
  // Not the moons (0.16 nats with 10 layers) and the ring (0.47): layers that keep volumes give every density level the area that it has under a
  // Gaussian, up to one scale for each dimension.
  ['nice', (shared) => nice({ ...shared, ...mlp, transforms: 10 }), { banana: 500, mixture: 1000 }],
  ['glow', (shared) => glow({ ...shared, ...mlp, transforms: 12 }), { moons: 1000, banana: 400, mixture: 700 }],
  ['glow of splines', (shared) => glow({ ...shared, ...mlp, transforms: 6, transform: spline }), { ring: 600 }],
  ['maf', (shared) => maf({ ...shared, ...mlp, transforms: 8 }), { moons: 900, mixture: 800 }],
  ['nsf of the usual bound', (shared) => nsf({ ...shared, ...mlp, transforms: 3 }), { moons: 800 }],
  ['maf, deep', (shared) => maf({ ...shared, ...mlp, transforms: 10 }), { ring: 1500 }],
]);
