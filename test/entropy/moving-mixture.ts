import { add, cast, concat, less, mul, sub, tidy } from '@tensorflow/tfjs-core';
import { normal, split, uniform } from '@pushforward/tensor';
import type { Target } from './flow-gap.js';

const SCALE = 0.4;

/** Two equally likely Gaussians of the plane, at (c, 1) and (−c, −1), for a context c between −2 and 2. */
export const movingMixture: Target = {
  draw: (count, seed) =>
    tidy(() => {
      const [contextKey, sideKey, noiseKey] = split(seed, 3);
      const context = uniform(contextKey, [count, 1], { minval: -2, maxval: 2 });
      const side = sub(mul(cast(less(uniform(sideKey, [count, 1]), 0.5), 'float32'), 2), 1);
      const centre = concat([mul(side, context), side], 1);
      return { x: add(centre, mul(normal(noiseKey, [count, 2]), SCALE)), context };
    }),
  exactLogProb: async ({ x, context }) => {
    const [numbers, contexts] = await Promise.all([x.data(), context!.data()]);
    return Array.from(contexts, (c, i) => logProb(numbers[2 * i], numbers[2 * i + 1], c));
  },
};

function logProb(x: number, y: number, c: number): number {
  const exponents = [1, -1].map((side) => -((x - side * c) ** 2 + (y - side) ** 2) / (2 * SCALE ** 2));
  const largest = Math.max(...exponents);
  const total = exponents.reduce((sum, exponent) => sum + Math.exp(exponent - largest), 0);
  return largest + Math.log(total) - Math.log(2 * Math.PI * SCALE ** 2 * 2);
}
