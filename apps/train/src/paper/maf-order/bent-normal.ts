import { type Key, randomBits } from '@pushforward/tensor';
import type { Matrix } from '../../statistics/statistics.js';

const VARIANCE = 4;
const LOG_2PI = Math.log(2 * Math.PI);

/** The entropy in nats: that of two normal distributions, `½ log(2πe · 4) + ½ log(2πe)`, for bending keeps volumes. */
export const ENTROPY = 1 + LOG_2PI + Math.log(VARIANCE) / 2;

/**
 * Draws of the density of the paper's figure, `p(x₁, x₂) = N(x₂; 0, 4) N(x₁; x₂² / 4, 1)`, as rows (x₁, x₂); 4 is a variance.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", figure 1.
 */
export function bentNormalRows(count: number, key: Key): Matrix {
  const bits = randomBits(key, 2 * count);
  const values = new Float64Array(2 * count);
  for (let i = 0; i < 2 * count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((bits[i] + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * (bits[i + 1] + 0.5)) / 2 ** 32;
    const x2 = Math.sqrt(VARIANCE) * radius * Math.sin(angle);
    values[i] = x2 ** 2 / 4 + radius * Math.cos(angle);
    values[i + 1] = x2;
  }
  return { values, rows: count, columns: 2 };
}

/** The log-density of rows (x₁, x₂), in nats. */
export function bentNormalLogProb({ values, rows }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const [x1, x2] = [values[2 * row], values[2 * row + 1]];
    return -LOG_2PI - (Math.log(VARIANCE) + x2 ** 2 / VARIANCE + (x1 - x2 ** 2 / 4) ** 2) / 2;
  });
}
