import {
  add,
  cast,
  floor,
  gather,
  mul,
  square,
  stack,
  sub,
  type Tensor,
  tensor2d,
  tidy,
  unstack,
} from '@tensorflow/tfjs-core';
import { key, normal, type Seed, split, uniform } from '@pushforward/tensor';

/** A density on the plane whose every number is known: what a flow that has learned it must reach. */
export interface Density {
  readonly name: string;
  /** −∫ p log p, in nats: the negative of the best average log-likelihood that any model can have. */
  readonly entropy: number;
  /** Where all of the probability is but for 1e-10: the ends of x, then those of y. */
  readonly support: readonly [x: readonly [from: number, to: number], y: readonly [from: number, to: number]];
  /** `[count, 2]` */
  sample(count: number, seed: Seed): Tensor;
  /** log p(x, y) in nats, in float64. */
  logProb(x: number, y: number): number;
}

/** The exact log-density of each of the points `[N, 2]`. */
export async function exactLogProb({ logProb }: Density, points: Tensor): Promise<number[]> {
  const numbers = await points.data();
  return Array.from({ length: points.shape[0] }, (_, i) => logProb(numbers[2 * i], numbers[2 * i + 1]));
}

/** Equally likely Gaussians of one scale; its entropy has no closed form. */
function mixture(
  name: string,
  centres: readonly (readonly [number, number])[],
  scale: number,
  entropy: number,
): Density {
  const ends = (axis: 0 | 1) => {
    const places = centres.map((centre) => centre[axis]);
    return [Math.min(...places) - 7 * scale, Math.max(...places) + 7 * scale] as const;
  };
  return {
    name,
    entropy,
    support: [ends(0), ends(1)],
    sample: (count, seed) =>
      tidy(() => {
        const [centreKey, noiseKey] = split(key(seed));
        const chosen = cast(floor(uniform(centreKey, [count], { maxval: centres.length })), 'int32');
        return add(gather(tensor2d(centres.map(([x, y]) => [x, y])), chosen), mul(normal(noiseKey, [count, 2]), scale));
      }),
    logProb(x, y) {
      const exponents = centres.map(([cx, cy]) => -((x - cx) ** 2 + (y - cy) ** 2) / (2 * scale ** 2));
      const largest = Math.max(...exponents);
      const total = exponents.reduce((sum, exponent) => sum + Math.exp(exponent - largest), 0);
      return largest + Math.log(total) - Math.log(2 * Math.PI * scale ** 2 * centres.length);
    },
  };
}

const arc = Array.from({ length: 64 }, (_, i) => [Math.cos((i * Math.PI) / 63), Math.sin((i * Math.PI) / 63)] as const);

/**
 * Two interleaved half circles of radius 1. Each is 64 Gaussians along the arc, half a scale apart: the sum is as smooth as noise around
 * a whole arc, and its density is exact.
 */
export const twoMoons = mixture(
  'two moons',
  [...arc, ...arc.map(([x, y]) => [1 - x, 0.5 - y] as const)],
  0.1,
  1.0212322,
);

/** Eight Gaussians around a circle of radius 2, 4.4 scales from one to the next. */
export const ring = mixture(
  'ring of Gaussians',
  Array.from({ length: 8 }, (_, i) => [2 * Math.cos((i * Math.PI) / 4), 2 * Math.sin((i * Math.PI) / 4)]),
  0.35,
  2.7399135,
);

/** `x = u, y = u² − 1 + v / 2` with u and v standard normal: the warp has Jacobian ½, hence `entropy = log(2πe) − log 2`. */
export const banana: Density = {
  name: 'banana',
  entropy: Math.log(Math.PI * Math.E),
  support: [
    [-7, 7],
    [-5, 52],
  ],
  sample: (count, seed) =>
    tidy(() => {
      const [u, v] = unstack(normal(key(seed), [count, 2]), 1);
      return stack([u, add(sub(square(u), 1), mul(v, 0.5))], 1);
    }),
  logProb: (x, y) => -0.5 * (x ** 2 + (2 * (y + 1 - x ** 2)) ** 2) - Math.log(Math.PI),
};
