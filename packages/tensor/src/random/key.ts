import { type Key, threefry } from './threefry.js';
import { formatValue } from '../arguments/format.js';

/** The type of every `seed` option: an integer, a {@link Key}, or nothing for a fresh key. 0 is a seed like any other. */
export type Seed = number | Key;

/** Random numbers for fresh keys, many at a time: to ask for two takes as long as a small kernel. */
const fresh = new Uint32Array(128);
let used = fresh.length;

/**
 * A key from an integer seed; without one, a fresh key from the system's entropy.
 *
 * @param seed a safe integer, negative ones included, or a key, which is returned as it is
 * @throws Error if `seed` is a number but not a safe integer
 *
 * @example
 * ```ts
 * import { key } from '@pushforward/tensor';
 *
 * console.log(key(0)); // { high: 0, low: 0 }
 * ```
 */
export function key(seed?: Seed): Key {
  if (seed === undefined) {
    if (used === fresh.length) {
      crypto.getRandomValues(fresh);
      used = 0;
    }
    return { high: fresh[used++], low: fresh[used++] };
  }
  if (isKey(seed)) return seed;
  if (!Number.isSafeInteger(seed)) throw new Error(`key: seed must be an integer or a key, got ${formatValue(seed)}`);
  return { high: Math.floor(seed / 2 ** 32) >>> 0, low: seed >>> 0 };
}

function isKey(seed: Seed): seed is Key {
  return typeof seed === 'object' && seed !== null && Number.isInteger(seed.high) && Number.isInteger(seed.low);
}

/**
 * `count` new keys, independent of each other and of the one they come from.
 *
 * @example
 * ```ts
 * import { key, split } from '@pushforward/tensor';
 *
 * const [weights, noise] = split(key(0), 2);
 * console.log(weights.low !== noise.low); // true
 * ```
 */
export function split(parent: Key, count = 2): Key[] {
  const high = new Uint32Array(count).fill(0xffffffff);
  const low = Uint32Array.from({ length: count }, (_, i) => i);
  threefry(parent, high, low);
  return Array.from({ length: count }, (_, i) => ({ high: high[i], low: low[i] }));
}

/**
 * The key of a numbered step: a new key for every `index`, without drawing the ones before it.
 *
 * @param index an integer from 0 to 2³² − 1
 *
 * @example
 * ```ts
 * import { foldIn, key } from '@pushforward/tensor';
 *
 * const noise = key(0);
 * console.log(foldIn(noise, 1000).low !== foldIn(noise, 1001).low); // true
 * ```
 */
export function foldIn(parent: Key, index: number): Key {
  const high = new Uint32Array([0xfffffffe]);
  const low = new Uint32Array([index]);
  threefry(parent, high, low);
  return { high: high[0], low: low[0] };
}
