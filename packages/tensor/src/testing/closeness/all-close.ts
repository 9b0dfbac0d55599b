/** Two numbers agree when `|actual − expected| ≤ atol + rtol · |expected|`. */
export interface Tolerance {
  /** Relative tolerance. Default 1e-5. */
  rtol?: number;
  /** Absolute tolerance. Default 1e-6. */
  atol?: number;
}

/**
 * Compares elementwise; equal infinities agree, and NaN agrees with NaN.
 *
 * @returns null when all agree, otherwise a line that names the worst pair
 *
 * @example
 * ```ts
 * import { allClose } from '@pushforward/tensor/testing';
 *
 * console.log(allClose([1, 2], [1, 2.0000001])); // null
 * ```
 */
export function allClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance = {},
): string | null {
  if (actual.length !== expected.length) return `expected ${expected.length} numbers, got ${actual.length}`;
  let worst = -1;
  let worstExcess = 0;
  let count = 0;
  for (let i = 0; i < actual.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const excess = Math.abs(actual[i] - expected[i]) / (atol + rtol * Math.abs(expected[i]));
    if (excess <= 1) continue;
    count++;
    if (worst < 0 || excess > worstExcess || Number.isNaN(excess)) {
      worst = i;
      worstExcess = Number.isNaN(excess) ? Infinity : excess;
    }
  }
  if (worst < 0) return null;
  return `${count} of ${actual.length} numbers differ (rtol ${rtol}, atol ${atol}); worst at ${worst}: expected ${expected[worst]}, got ${actual[worst]}`;
}
