// The reference is `splineForward` and `splineInverse` in packages/bijectors/src/elementwise/spline/rational-quadratic.ts.
import { expOfNegative2, lowerDoubles, toFloats, upperDoubles } from '../simd/doubles';
import { TransformArrays } from '../transform-arrays';
import { negate4, softplus4, splat } from '../simd/simd-math';

// Four numbers side by side, each with its own parameters: these lie transposed in working memory, one vector for each parameter.

/** Cost of a bin for each number, in multiplications. */
export const BIN_COST: f64 = 200;

/** Bytes of a vector of four. */
export const VECTOR: usize = 16;

/** Rational-quadratic splines of N numbers between −bound and bound, which have 3K − 1 parameters, or 3K where they are periodic. */
@unmanaged
export class Splines extends TransformArrays {
  bins: i32;
  isInverse: i32;
  bound: f32;
  minDerivative: f32;
  /** Offset of raw derivatives. */
  shift: f32;
  /** The free part of all widths and of all heights. */
  freeX: f64;
  freeY: f64;
  /** The smallest width and height. */
  minX: f64;
  minY: f64;
  /** Bytes of work space for each thread: the parameters of four numbers, their bins and knots. */
  workBytes: usize;
}

// The records of the bins that hold four numbers, as offsets of vectors. None is the neighbour of another: V8 14 ends the process when it makes 256-bit
// vectors of such stores, whose values come from float64 ones.
export const WIDTH: usize = 0;
export const HEIGHT: usize = 32;
export const SLOPE: usize = 64;
/** The place within the bin's width, from 0 to 1, and what is left of it to 1: each to its own last digits. */
export const SHARE: usize = 96;
export const REST: usize = 128;
/** The derivatives, and before their softplus. */
export const D0: usize = 160;
export const D1: usize = 192;
export const RAW0: usize = 224;
export const RAW1: usize = 256;
/** Which bin it is, as an integer. */
export const INDEX: usize = 288;
/** The two ends of the bin on the axis of the results, each with its rounding error. */
export const START: usize = 320;
export const START_LOW: usize = 352;
export const END: usize = 384;
export const END_LOW: usize = 416;
/** The log-derivatives, of the result. */
export const LOG_DERIVATIVE: usize = 448;
/** From a number to what its rounding leaves. */
const ROUNDING: usize = START_LOW - START;
/** Bytes of them all. */
const BIN_BYTES: usize = 480;

/** Bytes of the knots of four splines: x and y of each as float64. */
const KNOT: usize = 64;
const KNOT_Y: usize = 32;

/** Bytes of working memory that a thread needs. */
export function splineWorkBytes(bins: i32, parameterCount: i32): i32 {
  return ((parameterCount + 1) << 4) + (bins + 1) * <i32>KNOT + <i32>BIN_BYTES;
}

/** The place x* in the interval where the spline is used. */
// @ts-ignore: decorator
@inline
export function intoInterval(all: Splines, x: v128): v128 {
  const bound = splat(all.bound);
  let place = x;
  if (all.parameterCount == 3 * all.bins) {
    // Rounding may leave a number beyond the ends.
    const turns = f32x4.floor(f32x4.mul(f32x4.add(x, bound), splat(<f32>(0.5 / <f64>all.bound))));
    place = f32x4.sub(x, f32x4.mul(turns, f32x4.add(bound, bound)));
  }
  return f32x4.pmax(f32x4.pmin(place, bound), negate4(bound));
}

// @ts-ignore: decorator
@inline
export function numerator4(d0: v128, d1: v128, twiceSlope: v128, t: v128, u: v128, tu: v128): v128 {
  const ends = f32x4.add(f32x4.mul(d1, f32x4.mul(t, t)), f32x4.mul(twiceSlope, tu));
  return f32x4.add(ends, f32x4.mul(d0, f32x4.mul(u, u)));
}

/** A thread's work space for the parameters of four numbers. */
// @ts-ignore: decorator
@inline
export function rawOf(all: Splines, thread: i32): usize {
  return all.work + <usize>thread * all.workBytes;
}

/** The address of the bins of four numbers, behind their parameters. */
// @ts-ignore: decorator
@inline
export function binOf(all: Splines, raw: usize): usize {
  return raw + <usize>(all.parameterCount + 1) * VECTOR;
}

/** From the parameters of four numbers in `raw` to their shares, and the bins that hold the numbers in `bin`. */
export function locate(all: Splines, raw: usize, bin: usize, place: v128): void {
  findBin(all, raw, bin, place);
  if (all.isInverse) shareOfWidth(bin);
}

/** The last bin for places beyond all; a knot belongs to the bin that it starts. */
function findBin(all: Splines, raw: usize, bin: usize, place: v128): void {
  const bins = all.bins;
  const isPeriodic = all.parameterCount == 3 * bins;
  const heights = <usize>bins * VECTOR;
  const derivatives = raw + 2 * heights;
  const knots = bin + BIN_BYTES;
  placeKnots(raw, knots, bins, all.bound, all.freeX, all.minX);
  placeKnots(raw + heights, knots + KNOT_Y, bins, all.bound, all.freeY, all.minY);

  const own = knots + (all.isInverse ? KNOT_Y : 0);
  const other = knots + (all.isInverse ? 0 : KNOT_Y);
  const lower = lowerDoubles(place), upper = upperDoubles(place);
  let index = i32x4.splat(0);
  for (let k: i32 = 1; k < bins; k++) {
    const knot = own + <usize>k * KNOT;
    // Where it is true, it is −1.
    const passed = v128.shuffle<i32>(f64x2.ge(lower, v128.load(knot)), f64x2.ge(upper, v128.load(knot, 16)), 0, 2, 4, 6);
    index = i32x4.sub(index, passed);
  }
  v128.store(bin, index, INDEX);

  // From either end, so that a share next to 0 or 1 keeps its digits.
  const start0 = gatherLower(own, index), start1 = gatherUpper(own, index);
  const end0 = gatherLower(own + KNOT, index), end1 = gatherUpper(own + KNOT, index);
  const size0 = f64x2.sub(end0, start0), size1 = f64x2.sub(end1, start1);
  v128.store(bin, toFloats(f64x2.div(f64x2.sub(lower, start0), size0), f64x2.div(f64x2.sub(upper, start1), size1)), SHARE);
  v128.store(bin, toFloats(f64x2.div(f64x2.sub(end0, lower), size0), f64x2.div(f64x2.sub(end1, upper), size1)), REST);
  const from0 = gatherLower(other, index), from1 = gatherUpper(other, index);
  const to0 = gatherLower(other + KNOT, index), to1 = gatherUpper(other + KNOT, index);
  const otherSize0 = f64x2.sub(to0, from0), otherSize1 = f64x2.sub(to1, from1);
  storeRounded(bin, START, from0, from1);
  storeRounded(bin, END, to0, to1);
  v128.store(bin + (all.isInverse ? HEIGHT : WIDTH), toFloats(size0, size1));
  v128.store(bin + (all.isInverse ? WIDTH : HEIGHT), toFloats(otherSize0, otherSize1));
  const slope0 = all.isInverse ? f64x2.div(size0, otherSize0) : f64x2.div(otherSize0, size0);
  const slope1 = all.isInverse ? f64x2.div(size1, otherSize1) : f64x2.div(otherSize1, size1);
  v128.store(bin, toFloats(slope0, slope1), SLOPE);

  // The outer knots have no raw derivative: they read a neighbour's, and the result is replaced.
  if (isPeriodic) v128.store(derivatives + heights, v128.load(derivatives));
  const first = isPeriodic ? derivatives : derivatives - VECTOR;
  const raw0 = gather4(first, 4, index);
  const raw1 = gather4(first + VECTOR, 4, index);
  v128.store(bin, raw0, RAW0);
  v128.store(bin, raw1, RAW1);
  let d0 = derivative4(all, raw0);
  let d1 = derivative4(all, raw1);
  if (!isPeriodic) {
    d0 = v128.bitselect(splat(1), d0, i32x4.eq(index, i32x4.splat(0)));
    d1 = v128.bitselect(splat(1), d1, i32x4.eq(index, i32x4.splat(bins - 1)));
  }
  v128.store(bin, d0, D0);
  v128.store(bin, d1, D1);
}

/**
 * The knots of one axis, from −bound to bound, and in place of the raw sizes of its bins their shares.
 *
 * All in float64: a narrow bin next to wide ones is much smaller than what float32 rounds off theirs, and a place within it, which the slope
 * depends on, would be lost.
 */
function placeKnots(sizes: usize, knots: usize, bins: i32, bound: f32, free: f64, minimum: f64): void {
  const end = sizes + <usize>bins * VECTOR;
  let top = v128.load(sizes);
  for (let p = sizes + VECTOR; p < end; p += VECTOR) top = f32x4.pmax(top, v128.load(p));
  const top0 = lowerDoubles(top), top1 = upperDoubles(top);
  let total0 = f64x2.splat(0), total1 = total0;
  let knot = knots;
  for (let p = sizes; p < end; p += VECTOR) {
    const raw = v128.load(p);
    const e0 = expOfNegative2(f64x2.sub(lowerDoubles(raw), top0)), e1 = expOfNegative2(f64x2.sub(upperDoubles(raw), top1));
    v128.store(knot, e0);
    v128.store(knot, e1, 16);
    total0 = f64x2.add(total0, e0);
    total1 = f64x2.add(total1, e1);
    knot += KNOT;
  }
  const factor0 = f64x2.div(f64x2.splat(1), total0), factor1 = f64x2.div(f64x2.splat(1), total1);
  const scale = f64x2.splat(free), step = f64x2.splat(minimum);
  let at0 = f64x2.splat(-<f64>bound), at1 = at0;
  knot = knots;
  for (let p = sizes; p < end; p += VECTOR) {
    const share0 = f64x2.mul(v128.load(knot), factor0), share1 = f64x2.mul(v128.load(knot, 16), factor1);
    v128.store(p, toFloats(share0, share1));
    v128.store(knot, at0);
    v128.store(knot, at1, 16);
    at0 = f64x2.add(at0, f64x2.add(f64x2.mul(share0, scale), step));
    at1 = f64x2.add(at1, f64x2.add(f64x2.mul(share1, scale), step));
    knot += KNOT;
  }
  v128.store(knot, f64x2.splat(<f64>bound));
  v128.store(knot, f64x2.splat(<f64>bound), 16);
}

/** The knots that the indices of the two lower lanes say. */
// @ts-ignore: decorator
@inline
function gatherLower(knots: usize, index: v128): v128 {
  const x = v128.load64_zero(knots + <usize>i32x4.extract_lane(index, 0) * KNOT);
  return v128.load64_lane(knots + <usize>i32x4.extract_lane(index, 1) * KNOT, x, 1, 8);
}

// @ts-ignore: decorator
@inline
function gatherUpper(knots: usize, index: v128): v128 {
  const x = v128.load64_zero(knots + <usize>i32x4.extract_lane(index, 2) * KNOT, 16);
  return v128.load64_lane(knots + <usize>i32x4.extract_lane(index, 3) * KNOT, x, 1, 24);
}

/** As floats, and behind them what their rounding leaves. */
// @ts-ignore: decorator
@inline
function storeRounded(bin: usize, offset: usize, lower: v128, upper: v128): void {
  const rounded = toFloats(lower, upper);
  v128.store(bin + offset, rounded);
  v128.store(bin + offset, toFloats(f64x2.sub(lower, lowerDoubles(rounded)), f64x2.sub(upper, upperDoubles(rounded))), ROUNDING);
}

/** From a table of vectors, `2^shift` bytes apart, each lane of the one that its index says. */
// @ts-ignore: decorator
@inline
function gather4(table: usize, shift: i32, index: v128): v128 {
  let x = v128.load32_zero(table + (<usize>i32x4.extract_lane(index, 0) << shift));
  x = v128.load32_lane(table + (<usize>i32x4.extract_lane(index, 1) << shift), x, 1, 4);
  x = v128.load32_lane(table + (<usize>i32x4.extract_lane(index, 2) << shift), x, 2, 8);
  return v128.load32_lane(table + (<usize>i32x4.extract_lane(index, 3) << shift), x, 3, 12);
}

// @ts-ignore: decorator
@inline
function derivative4(all: Splines, raw: v128): v128 {
  return f32x4.add(softplus4(f32x4.add(raw, splat(all.shift))), splat(all.minDerivative));
}

/** From the share r of the height and its rest to those of the width: the root of a quadratic, in a form in which nothing cancels. */
function shareOfWidth(bin: usize): void {
  const slope = v128.load(bin, SLOPE);
  const r = v128.load(bin, SHARE);
  const q = v128.load(bin, REST);
  const e = f32x4.sub(f32x4.mul(v128.load(bin, D1), r), f32x4.mul(v128.load(bin, D0), q));
  const sr = f32x4.mul(slope, r);
  const twice = f32x4.add(sr, sr);
  const product = f32x4.mul(f32x4.mul(twice, slope), f32x4.add(q, q));
  const larger = f32x4.add(f32x4.sqrt(f32x4.add(f32x4.mul(e, e), product)), f32x4.abs(e));
  const m = v128.bitselect(f32x4.div(product, larger), larger, f32x4.gt(e, splat(0)));
  const all = f32x4.add(twice, m);
  v128.store(bin, f32x4.div(twice, all), SHARE);
  v128.store(bin, f32x4.div(m, all), REST);
}
