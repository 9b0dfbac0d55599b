import { exp4, expOfNegative4, log1p4, log4, negate4, splat } from '../simd/simd-math';
import {
  FAR,
  LOCATION,
  LOG_RATIO,
  NEAR,
  PER_HAZARD,
  PER_SCALE,
  PLACE,
  QUANTILE,
  QUANTILE_SLOPE,
  RECORD,
  SLOPE,
  WEIGHT,
} from './mixture';

const HALF_LOG_TWO_PI: f32 = 0.9189385332046727;

/** Places beyond, where squares overflow, are taken for this one. */
const FARTHEST_GAUSSIAN: f32 = 1.4e19;
const FARTHEST_LOGISTIC: f32 = 1e38;

/** x in scales from a component, bent back to within ±`farthest`. */
// @ts-ignore: decorator
@inline
function placeOf(record: usize, x: v128, farthest: f32): v128 {
  const u = f32x4.mul(f32x4.sub(x, v128.load(record, LOCATION)), v128.load(record, PER_SCALE));
  return f32x4.pmin(f32x4.pmax(u, splat(-farthest)), splat(farthest));
}

/**
 * The Mills ratio of the standard normal distribution, its upper tail over its density, for x ≥ 0: the fit of `logMillsRatio` among the accurate functions
 * of `src/special`.
 */
// @ts-ignore: decorator
@inline
function millsRatio4(x: v128): v128 {
  const t = f32x4.div(splat(1), f32x4.add(f32x4.mul(x, splat(0.32)), splat(1)));
  let sum = f32x4.add(f32x4.mul(t, splat(-0.054201155)), splat(0.24548718));
  sum = f32x4.add(f32x4.mul(sum, t), splat(-0.380024135));
  sum = f32x4.add(f32x4.mul(sum, t), splat(0.176637736));
  sum = f32x4.add(f32x4.mul(sum, t), splat(-0.0314180769));
  sum = f32x4.add(f32x4.mul(sum, t), splat(0.149894682));
  sum = f32x4.add(f32x4.mul(sum, t), splat(0.21956442));
  sum = f32x4.add(f32x4.mul(sum, t), splat(0.287377482));
  sum = f32x4.add(f32x4.mul(sum, t), splat(0.31999594));
  sum = f32x4.add(f32x4.mul(sum, t), splat(0.32));
  return f32x4.mul(t, sum);
}

// @ts-ignore: decorator
@inline
function logNormalDensity4(x: v128): v128 {
  return f32x4.sub(f32x4.mul(f32x4.mul(x, x), splat(-0.5)), splat(HALF_LOG_TWO_PI));
}

/** Writes into the components' records what they are at x, and returns the mixtures' lower tails. */
export function gaussianTails(records: usize, components: i32, x: v128): v128 {
  let lower = splat(0);
  let record = records;
  for (let k: i32 = 0; k < components; k++) {
    const u = placeOf(record, x, FARTHEST_GAUSSIAN);
    const logRatio = log4(millsRatio4(f32x4.abs(u)));
    const near = f32x4.add(logNormalDensity4(u), logRatio);
    const smaller = expOfNegative4(near);
    v128.store(record, negate4(u), SLOPE);
    lower = f32x4.add(lower, storeTails(record, u, near, log1p4(negate4(smaller)), logRatio, smaller));
    record += RECORD;
  }
  return lower;
}

/** Likewise. */
export function logisticTails(records: usize, components: i32, x: v128): v128 {
  let lower = splat(0);
  let record = records;
  for (let k: i32 = 0; k < components; k++) {
    const u = placeOf(record, x, FARTHEST_LOGISTIC);
    const size = f32x4.abs(u);
    const e = expOfNegative4(negate4(size));
    const excess = log1p4(e);
    const smaller = f32x4.div(e, f32x4.add(splat(1), e));
    const slope = f32x4.sub(splat(1), f32x4.add(smaller, smaller));
    v128.store(record, v128.bitselect(slope, negate4(slope), f32x4.lt(u, splat(0))), SLOPE);
    // f = F · (1 − F), so that the density differs from the smaller tail by the larger one.
    lower = f32x4.add(lower, storeTails(record, u, negate4(f32x4.add(size, excess)), negate4(excess), excess, smaller));
    record += RECORD;
  }
  return lower;
}

/** Returns the component's part of the lower tail. */
// @ts-ignore: decorator
@inline
function storeTails(record: usize, u: v128, near: v128, far: v128, logRatio: v128, smaller: v128): v128 {
  v128.store(record, u, PLACE);
  v128.store(record, near, NEAR);
  v128.store(record, far, FAR);
  v128.store(record, logRatio, LOG_RATIO);
  const lower = v128.bitselect(smaller, f32x4.sub(splat(1), smaller), f32x4.lt(u, splat(0)));
  return f32x4.mul(v128.load(record, WEIGHT), lower);
}

/** Writes the quantile of a lower tail of at most about ½, given by its logarithm; returns the logarithm of the hazard rate there. */
export function gaussianQuantile(summary: usize, logTail: v128): v128 {
  // As `inverseLogNormalCdf`: Hastings' approximation of −z, and one step of Newton's method.
  const w = f32x4.sqrt(f32x4.mul(logTail, splat(-2)));
  const inverse = f32x4.div(splat(1), w);
  let numerator = f32x4.add(f32x4.mul(inverse, splat(2.515517)), splat(0.802853));
  numerator = f32x4.mul(f32x4.add(f32x4.mul(numerator, inverse), splat(0.010328)), inverse);
  let denominator = f32x4.add(inverse, splat(1.432788));
  denominator = f32x4.add(f32x4.mul(denominator, inverse), splat(0.189269));
  denominator = f32x4.add(f32x4.mul(denominator, inverse), splat(0.001308));
  const start = f32x4.sub(w, f32x4.div(numerator, denominator));
  const ratio = millsRatio4(start);
  const excess = f32x4.sub(f32x4.add(logNormalDensity4(start), log4(ratio)), logTail);
  const size = f32x4.add(start, f32x4.mul(excess, ratio));
  const perHazard = millsRatio4(size);
  v128.store(summary, negate4(size), QUANTILE);
  v128.store(summary, perHazard, PER_HAZARD);
  v128.store(summary, size, QUANTILE_SLOPE);
  return negate4(log4(perHazard));
}

/** Likewise. */
export function logisticQuantile(summary: usize, logTail: v128): v128 {
  const tail = exp4(logTail);
  const logRest = log1p4(negate4(tail));
  v128.store(summary, f32x4.sub(logTail, logRest), QUANTILE);
  v128.store(summary, f32x4.div(splat(1), f32x4.sub(splat(1), tail)), PER_HAZARD);
  v128.store(summary, f32x4.sub(splat(1), f32x4.add(tail, tail)), QUANTILE_SLOPE);
  return logRest;
}
