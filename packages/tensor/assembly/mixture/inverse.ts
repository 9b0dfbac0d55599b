import { exp4, negate4, splat } from '../simd/simd-math';
import { LOCATION, LOG_DERIVATIVE, Mixtures, PER_SCALE, RECORD, recordsOf, summaryOf } from './mixture';
import { quantile4 } from './quantile';

/** As many as it takes to halve any bracket down to its last digits. */
const ITERATIONS: i32 = 64;

/** Rounding error of a quantile in float32, relative to it or to 1. */
const ROUNDING: f32 = 6e-8;

/**
 * The x at which the quantiles of four mixtures are y, by the method of `increasingRoot` in the package of bijectors; leaves the log-derivatives there.
 *
 * A number that is found stays, so that it does not depend on its neighbours.
 */
export function inverse4(all: Mixtures, raw: usize, y: v128): v128 {
  const summary = summaryOf(all, raw);
  const records = recordsOf(all, raw);
  const end = records + <usize>all.components * RECORD;
  // The map lies between lines, one for each component: their roots bracket its root.
  let low = splat(Infinity);
  let high = splat(-Infinity);
  for (let record = records; record < end; record += RECORD) {
    const root = f32x4.add(v128.load(record, LOCATION), f32x4.div(y, v128.load(record, PER_SCALE)));
    low = f32x4.min(low, root);
    high = f32x4.max(high, root);
  }
  let x = middle(low, high);
  let best = x;
  let bestLogDerivative = splat(0);
  let error = splat(Infinity);
  let isFound = splat(0);
  const enough = f32x4.mul(f32x4.pmax(f32x4.abs(y), splat(1)), splat(ROUNDING));
  for (let i: i32 = 0; i < ITERATIONS; i++) {
    const residual = f32x4.sub(quantile4(all, raw, x), y);
    const logDerivative = v128.load(summary, LOG_DERIVATIVE);
    if (i == 0) {
      bestLogDerivative = logDerivative;
      // A number is missing where it, or one of its parameters, is.
      isFound = f32x4.ne(residual, residual);
      best = v128.bitselect(residual, x, isFound);
    }
    const isAbove = f32x4.gt(residual, splat(0));
    low = v128.bitselect(low, x, isAbove);
    high = v128.bitselect(x, high, isAbove);
    const size = f32x4.abs(residual);
    const isFast = f32x4.le(size, f32x4.mul(error, splat(0.5)));
    const isBetter = v128.andnot(f32x4.lt(size, error), isFound);
    best = v128.bitselect(x, best, isBetter);
    bestLogDerivative = v128.bitselect(logDerivative, bestLogDerivative, isBetter);
    error = v128.bitselect(size, error, isBetter);
    const newton = f32x4.sub(x, f32x4.mul(residual, exp4(negate4(logDerivative))));
    const isInside = v128.and(f32x4.ge(newton, low), f32x4.le(newton, high));
    const next = v128.bitselect(newton, middle(low, high), v128.and(isInside, isFast));
    isFound = v128.or(isFound, v128.or(f32x4.le(size, enough), f32x4.eq(next, x)));
    if (v128.all_true<i32>(isFound)) break;
    x = next;
  }
  v128.store(summary, bestLogDerivative, LOG_DERIVATIVE);
  return best;
}

// @ts-ignore: decorator
@inline
function middle(low: v128, high: v128): v128 {
  return f32x4.add(f32x4.mul(low, splat(0.5)), f32x4.mul(high, splat(0.5)));
}
