import {
  AffineTransform,
  attentionIaf,
  attentionMaf,
  lstmIaf,
  lstmMaf,
  RationalQuadraticSplineTransform,
} from '@pushforward/bijectors';
import { reachTheEntropy } from './reach-the-entropy.js';

const attention = { width: 32, heads: 2, blocks: 1, mlp: 64 } as const;
const transform = new AffineTransform();
const spline = new RationalQuadraticSplineTransform();

reachTheEntropy([
  ['lstmIaf', (shared) => lstmIaf({ ...shared, hidden: [64], transforms: 4, transform }), { banana: 500 }],
  ['lstmMaf', (shared) => lstmMaf({ ...shared, hidden: [64], transforms: 4 }), { banana: 500 }],
  // One layer of splines gives a dimension several modes at once.
  [
    'lstmIaf of splines',
    (shared) => lstmIaf({ ...shared, hidden: [64], transforms: 3, transform: spline }),
    { ring: 600 },
  ],
  [
    'lstmMaf of splines',
    (shared) => lstmMaf({ ...shared, hidden: [64], transforms: 3, transform: spline }),
    { moons: 900, mixture: 400 },
  ],
  ['attentionIaf', (shared) => attentionIaf({ ...shared, ...attention, transforms: 4, transform }), { banana: 400 }],
  ['attentionMaf', (shared) => attentionMaf({ ...shared, ...attention, transforms: 4 }), { banana: 400 }],
  [
    'attentionIaf of splines',
    (shared) => attentionIaf({ ...shared, ...attention, transforms: 2, transform: spline }),
    { mixture: 300 },
  ],
  [
    'attentionMaf of splines',
    (shared) => attentionMaf({ ...shared, ...attention, transforms: 2, transform: spline }),
    { moons: 800, ring: 400 },
  ],
]);
