/** A grid that values stand on. */
export interface ValueGrid {
  step: number;
  /** The values are whole numbers over this one, exactly: 1 for whole numbers, 100 for two decimals. Absent where rounding moved them off the grid. */
  parts?: number;
}

/** A step below this part of the smallest gap between values leaves them as far apart as no grid at all. */
const FINEST = 20;
/** Up to here numbers with decimals are as far apart that float64, which has a digit or two more, tells them from others. */
const MOST_PARTS = 1e14;
/** Rounded values fill so large a part of their grid, or they would stand on one by chance. */
const FILLED = 1 / 4;
/** How far rounding may have moved values off a grid, in steps. */
const FARTHEST = 0.05;
const ROUNDING = 1e-6;

/**
 * The grid whose step is the greatest of which every distance between values is a whole multiple, for decimal numbers; null if they are none, as
 * measurements with all digits of a float.
 *
 * @param distinct ascending, each value once
 */
export function decimalGrid(distinct: Float64Array): Required<ValueGrid> | null {
  const parts = decimalParts(distinct);
  if (parts === null) return null;
  let step = 0;
  for (let i = 1; i < distinct.length && step !== 1; i++) {
    step = greatestCommonDivisor(Math.round(distinct[i] * parts) - Math.round(distinct[i - 1] * parts), step);
  }
  return { step: step / parts, parts };
}

/**
 * The grid that values show: that of {@link decimalGrid}, or one that rounding moved them off a little, such as thirds of which two decimals were
 * written. Null if there is none whose step is at least a twentieth of the smallest gap, and of which the values fill a quarter where they were rounded.
 *
 * @param distinct ascending, each value once, at least two
 */
export function evidentGrid(distinct: Float64Array): ValueGrid | null {
  let gap = Infinity;
  for (let i = 1; i < distinct.length; i++) gap = Math.min(gap, distinct[i] - distinct[i - 1]);
  const decimal = decimalGrid(distinct);
  if (decimal && gap < (FINEST + 0.5) * decimal.step) return decimal;
  const span = distinct.at(-1)! - distinct[0];
  for (let i = 1; i <= FINEST; i++) {
    const steps = Math.round((span * i) / gap);
    if (FILLED * steps > distinct.length) break;
    const step = span / steps;
    const tolerance = decimal ? 1 / decimal.parts / step : ROUNDING;
    if (
      tolerance > FARTHEST ||
      !distinct.every((value) => Math.abs(offGrid((value - distinct[0]) / step)) <= tolerance)
    )
      continue;
    const parts = Math.round(1 / step);
    return parts > 0 && distinct.every((value) => isWholeOver(parts, value)) ? { step, parts } : { step };
  }
  return null;
}

/** The least power of ten over which all values are whole numbers. */
function decimalParts(distinct: Float64Array): number | null {
  let parts = 1;
  const largest = Math.max(Math.abs(distinct[0]), Math.abs(distinct.at(-1)!));
  for (const value of distinct) {
    while (!isWholeOver(parts, value)) {
      parts *= 10;
      if (Math.max(1, largest) * parts > MOST_PARTS) return null;
    }
  }
  return parts;
}

function isWholeOver(parts: number, value: number): boolean {
  return Math.round(value * parts) / parts === value;
}

function offGrid(steps: number): number {
  return steps - Math.round(steps);
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
