import { formatValue } from './format.js';

/**
 * The key of a counter-based random number generator: two unsigned 32-bit words. A key is a value, never consumed: the same key
 * always gives the same numbers, on every backend; {@link split} it to draw twice.
 */
export interface Key {
  readonly high: number;
  readonly low: number;
}

/** What every `seed` option takes: an integer, a {@link Key}, or nothing for a fresh key. 0 is a seed like any other. */
export type Seed = number | Key;

const PARITY = 0x1bd11bda;

/**
 * Threefry-2x32 with 20 rounds: encrypts the counter words `high[i]`, `low[i]` in place under a key.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 *
 * @example
 * ```ts
 * import { key, threefry } from '@pushforward/tensor';
 *
 * const high = new Uint32Array([0]);
 * const low = new Uint32Array([0]);
 * threefry(key(0), high, low);
 * console.log(high[0].toString(16), low[0].toString(16)); // 6b200159 99ba4efe
 * ```
 */
export function threefry(key: Key, high: Uint32Array, low: Uint32Array): void {
  const k0 = key.high | 0;
  const k1 = key.low | 0;
  const k2 = k0 ^ k1 ^ PARITY;
  for (let i = 0; i < high.length; i++) {
    let x = (high[i] + k0) | 0;
    let y = (low[i] + k1) | 0;
    // The rounds are written out because this loop is the cost of every random number: rolled up it is several times slower.
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k1) | 0;
    y = (y + k2 + 1) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + k2) | 0;
    y = (y + k0 + 2) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k0) | 0;
    y = (y + k1 + 3) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + k1) | 0;
    y = (y + k2 + 4) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k2) | 0;
    y = (y + k0 + 5) | 0;
    high[i] = x;
    low[i] = y;
  }
}

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
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    return { high, low };
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
