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
  ['lstmIaf', (shared) => lstmIaf({ ...shared, hidden: [64], transforms: 3, transform }), { banana: 300 }],
  ['lstmMaf', (shared) => lstmMaf({ ...shared, hidden: [64], transforms: 3 }), { banana: 300 }],
  // One layer of splines gives a dimension several modes at once.
  [
    'lstmIaf of splines',
    (shared) => lstmIaf({ ...shared, hidden: [64], transforms: 2, transform: spline }),
    { mixture: 400 },
  ],
  [
    'lstmMaf of splines',
    (shared) => lstmMaf({ ...shared, hidden: [64], transforms: 3, transform: spline }),
    { moons: 900, mixture: 400 },
  ],
  ['attentionIaf', (shared) => attentionIaf({ ...shared, ...attention, transforms: 3, transform }), { banana: 300 }],
  ['attentionMaf', (shared) => attentionMaf({ ...shared, ...attention, transforms: 3 }), { banana: 300 }],
  [
    'attentionIaf of splines',
    (shared) => attentionIaf({ ...shared, ...attention, transforms: 2, transform: spline }),
    { mixture: 300 },
  ],
  [
    'attentionMaf of splines',
    (shared) => attentionMaf({ ...shared, ...attention, transforms: 2, transform: spline }),
    { moons: 500, ring: 400 },
  ],
]);
