import { type Key, randomBits } from '@pushforward/tensor';
import { normalQuantile } from './normal.js';

/** Uniform numbers in (0, 1), none of them at an end, to 32 bits. */
export function uniforms(key: Key, count: number): Float64Array {
  return Float64Array.from(randomBits(key, count), (bits) => (bits + 0.5) / 2 ** 32);
}

/** Standard normal numbers in float64: the quantiles of uniform ones. */
export function normals(key: Key, count: number): Float64Array {
  return uniforms(key, count).map(normalQuantile);
}

/**
 * Which `chosen` of `total` are drawn without replacement, each set equally likely, as ones among zeros.
 *
 * Source: Fan, Muller & Rezucha 1962, "Development of sampling plans by using sequential selection techniques".
 */
export function chooseAmong(key: Key, chosen: number, total: number): Uint8Array {
  const bits = randomBits(key, total);
  const marks = new Uint8Array(total);
  for (let i = 0, left = chosen; i < total && left > 0; i++) {
    if ((bits[i] + 0.5) * (total - i) >= left * 2 ** 32) continue;
    marks[i] = 1;
    left--;
  }
  return marks;
}
