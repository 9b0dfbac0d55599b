import { glow, nice, nsf, RationalQuadraticSplineTransform, realNvp } from '@pushforward/bijectors';
import { reachTheEntropy } from './reach-the-entropy.js';

const mlp = { hidden: [64, 64], activation: 'leakyRelu' } as const;
const spline = new RationalQuadraticSplineTransform();

// Every family on what shows what it can do; what is quick enough for every run of the tests is not here again.
reachTheEntropy([
  [
    'nsf of coupling layers',
    (shared) => nsf({ ...shared, ...mlp, transforms: 6, layers: 'coupling' }),
    { ring: 500, mixture: 300 },
  ],
  [
    'nsf of coupling layers, wide',
    (shared) => nsf({ ...shared, ...mlp, transforms: 4, layers: 'coupling', bound: 8 }),
    { banana: 300 },
  ],
  // A smooth network: affine layers with leakyRelu end between 0.02 and 0.15 nats by their seed, with silu between 0.02 and 0.04.
  ['realNvp', (shared) => realNvp({ ...shared, ...mlp, activation: 'silu', transforms: 12 }), { moons: 1000 }],
  // Not the moons (0.16 nats with 10 layers) and the ring (0.47): layers that keep volumes give every density level the area that it has under a
  // Gaussian, up to one scale for each dimension.
  ['nice', (shared) => nice({ ...shared, ...mlp, transforms: 6 }), { banana: 300 }],
  ['glow', (shared) => glow({ ...shared, ...mlp, activation: 'silu', transforms: 6 }), { mixture: 600 }],
  ['glow of splines', (shared) => glow({ ...shared, ...mlp, transforms: 4, transform: spline }), { ring: 500 }],
]);
