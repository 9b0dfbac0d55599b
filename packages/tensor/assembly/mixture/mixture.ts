import { TransformArrays } from '../transform-arrays';
import { exp4, expOfNegative4, log4, negate4, splat } from '../simd/simd-math';
import { softBound4 } from '../simd/soft-bound';

// Four numbers side by side, each with a mixture of its own: parameters lie transposed in working memory, one vector for each, and behind them a record
// for each component and a summary of the mixtures as a whole.

/** Cost of a component for each number, in multiplications. */
export const COMPONENT_COST: f64 = 150;

/** Numbers of one task. */
export const TASK_ROWS: i32 = 64;

/** Bytes of a vector of four. */
export const VECTOR: usize = 16;

/**
 * The quantiles of N numbers' mixtures, which have 3K parameters, or 3K + 2 where an affine map follows. For a gradient the numbers are always those on the side
 * of the mixtures, which an inverse has found.
 */
@unmanaged
export class Mixtures extends TransformArrays {
  components: i32;
  /** Whether the components are Gaussian, and not logistic. */
  isGaussian: i32;
  isInverse: i32;
  /** The largest |log-scale| of a component, and of the affine map. */
  logScaleBound: f32;
  affineBound: f32;
  /** The smallest logarithm of a hazard rate by which the inverse's gradient divides. */
  flattest: f32;
  /** Bytes of work space for each thread: four mixtures. */
  workBytes: usize;
}

// A component's record, as offsets of vectors. First its parameters.
/** The weight and its logarithm. */
export const WEIGHT: usize = 0;
export const LOG_WEIGHT: usize = 16;
export const LOCATION: usize = 32;
export const LOG_SCALE: usize = 48;
/** 1 over the scale. */
export const PER_SCALE: usize = 64;
// Then its values at the number x.
/** x in scales from the location, u. */
export const PLACE: usize = 80;
/** The logarithm of the smaller of the two tails at u, and of the larger one. */
export const NEAR: usize = 96;
export const FAR: usize = 112;
/** By how much the logarithms of the smaller tail and of the density differ. */
export const LOG_RATIO: usize = 128;
/** The derivative of the log-density at u. */
export const SLOPE: usize = 144;
/** The shares in the mixture's tail and in its density, each times the sum that stands below. */
export const TAIL_SHARE: usize = 160;
export const DENSITY_SHARE: usize = 176;
/** Bytes of a record. */
export const RECORD: usize = 192;

// The summary of four mixtures at four numbers.
/** 1 where the lower tail is the smaller one, −1 where it is the upper one. */
export const SIDE: usize = 0;
/** The quantile z of the smaller tail, at most 0; 1 over the hazard rate there, and the derivative of the log-density. */
export const QUANTILE: usize = 16;
export const PER_HAZARD: usize = 32;
export const QUANTILE_SLOPE: usize = 48;
/** The logarithm of the mixture's hazard rate in the smaller tail. */
export const LOG_HAZARD: usize = 64;
/** That of the quantile's derivative by x, before the affine map. */
export const LOG_DERIVATIVE: usize = 80;
export const TAIL_SUM: usize = 96;
export const DENSITY_SUM: usize = 112;
const SUMMARY_BYTES: usize = 128;

/** Bytes of working memory that a thread needs. */
export function mixtureWorkBytes(components: i32, parameterCount: i32): i32 {
  return (parameterCount << 4) + components * <i32>RECORD + <i32>SUMMARY_BYTES;
}

/** A thread's work space for the parameters of four mixtures. */
// @ts-ignore: decorator
@inline
export function rawOf(all: Mixtures, thread: i32): usize {
  return all.work + <usize>thread * all.workBytes;
}

/** The address of the summary of four mixtures, behind their parameters. */
// @ts-ignore: decorator
@inline
export function summaryOf(all: Mixtures, raw: usize): usize {
  return raw + <usize>all.parameterCount * VECTOR;
}

/** The address of their components' records. */
// @ts-ignore: decorator
@inline
export function recordsOf(all: Mixtures, raw: usize): usize {
  return summaryOf(all, raw) + SUMMARY_BYTES;
}

/** The factor that tells component k from the others. */
// @ts-ignore: decorator
@inline
export function locationFactor(k: i32, components: i32): v128 {
  return splat(<f32>((2 * <f64>(k + 1)) / <f64>(components + 1)));
}

/** The affine map's log-scale. */
export function affineLogScale(all: Mixtures, raw: usize): v128 {
  return softBound4(v128.load(raw + <usize>(all.parameterCount - 1) * VECTOR), splat(all.affineBound), splat(1 / all.affineBound));
}

/** From the parameters of four mixtures in `raw` to the records of their components. */
export function readComponents(all: Mixtures, raw: usize): void {
  const components = all.components;
  const plane = <usize>components * VECTOR;
  const records = recordsOf(all, raw);
  let largest = v128.load(raw);
  for (let k: usize = VECTOR; k < plane; k += VECTOR) largest = f32x4.pmax(largest, v128.load(raw + k));
  let total = splat(0);
  let record = records;
  let from = raw;
  for (let k: i32 = 0; k < components; k++) {
    const logWeight = f32x4.sub(v128.load(from), largest);
    const weight = expOfNegative4(logWeight);
    total = f32x4.add(total, weight);
    const logScale = softBound4(v128.load(from + 2 * plane), splat(all.logScaleBound), splat(1 / all.logScaleBound));
    v128.store(record, weight, WEIGHT);
    v128.store(record, logWeight, LOG_WEIGHT);
    v128.store(record, f32x4.mul(v128.load(from + plane), locationFactor(k, components)), LOCATION);
    v128.store(record, logScale, LOG_SCALE);
    v128.store(record, exp4(negate4(logScale)), PER_SCALE);
    record += RECORD;
    from += VECTOR;
  }
  const perTotal = f32x4.div(splat(1), total);
  const logTotal = log4(total);
  record = records;
  for (let k: i32 = 0; k < components; k++) {
    v128.store(record, f32x4.mul(v128.load(record, WEIGHT), perTotal), WEIGHT);
    v128.store(record, f32x4.sub(v128.load(record, LOG_WEIGHT), logTotal), LOG_WEIGHT);
    record += RECORD;
  }
}
