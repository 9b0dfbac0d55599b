/**
 * Ends of float32 and of what functions resolve in it, from next to nothing to infinity, of both signs: numbers at which a law of any number is tested.
 *
 * @example
 * ```ts
 * import { extremes } from '@pushforward/tensor/testing';
 *
 * console.log(extremes.length, extremes.at(-1)); // 32 -Infinity
 * ```
 */
export const extremes: readonly number[] = [
  0,
  1e-45,
  1e-38,
  1e-7,
  0.5,
  1,
  2,
  9.1,
  17.5,
  90,
  1e4,
  1e19,
  2e19,
  1e30,
  3.4028234663852886e38,
  Infinity,
].flatMap((x) => [x, -x]);
