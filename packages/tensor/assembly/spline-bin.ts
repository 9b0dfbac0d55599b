import { packColumns } from './pack';
import { expOfNegative4, softplus4, splat } from './simd-math';

// Four numbers side by side, each with its own parameters: these lie transposed in working memory, one vector for each parameter.

/** Bytes of a vector of four. */
export const VECTOR: usize = 16;

/** Rational-quadratic splines of N numbers between −bound and bound, and what becomes of them. */
@unmanaged
export class Splines {
  rows: i32;
  bins: i32;
  /** 3K − 1, or 3K where the splines are periodic. */
  parameterCount: i32;
  isInverse: i32;
  bound: f32;
  /** What shares of the interval are multiplied by, for the free part of widths and heights. */
  scaleX: f32;
  scaleY: f32;
  minDerivative: f32;
  /** What is added to raw derivatives. */
  shift: f32;
  /** For each bin, where its corner would be if the free parts of widths and heights were 0: x and y. */
  corners: usize;
  /** `[N]` */
  input: usize;
  /** `[N, parameterCount]` */
  parameters: usize;
  /** The results, `[N]`; or their cotangents. */
  value: usize;
  logDet: usize;
  /** The gradients of input and parameters. */
  inputGradient: usize;
  parameterGradient: usize;
  /** Place for the parameters of four numbers, their bins and knots, once for each thread. */
  work: usize;
  workBytes: usize;
}

// What is known of the bins that hold four numbers, as offsets of vectors.
export const X0: usize = 0;
export const Y0: usize = 16;
export const X1: usize = 32;
export const Y1: usize = 48;
/** The derivatives, and before their softplus. */
export const D0: usize = 64;
export const D1: usize = 80;
export const RAW0: usize = 96;
export const RAW1: usize = 112;
/** Which bin it is, as an integer. */
export const INDEX: usize = 128;
/** The place within the bin's width, from 0 to 1. */
export const SHARE: usize = 144;
/** Bytes of them all. */
const BIN_BYTES: usize = 160;

/** Bytes of working memory that a thread needs. */
export function splineWorkBytes(bins: i32, parameterCount: i32): i32 {
  return ((parameterCount + 1 + 2 * (bins + 1)) << 4) + <i32>BIN_BYTES;
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
  return f32x4.pmax(f32x4.pmin(place, bound), f32x4.neg(bound));
}

// @ts-ignore: decorator
@inline
export function numerator4(d0: v128, d1: v128, twiceSlope: v128, t: v128, u: v128, tu: v128): v128 {
  const ends = f32x4.add(f32x4.mul(d1, f32x4.mul(t, t)), f32x4.mul(twiceSlope, tu));
  return f32x4.add(ends, f32x4.mul(d0, f32x4.mul(u, u)));
}

/** Leaves the shares of four numbers in `raw`, and the bins that hold them in `bin`. */
export function locate(all: Splines, raw: usize, bin: usize, row: i32, count: i32, place: v128): void {
  const rowBytes = <usize>all.parameterCount << 2;
  packColumns(raw, all.parameters + <usize>row * rowBytes, count, all.parameterCount, rowBytes, 4);
  const heights = raw + <usize>all.bins * VECTOR;
  softmax4(raw, all.bins);
  softmax4(heights, all.bins);
  findBin(all, raw, bin, place);
  const t = all.isInverse ? shareOfWidth(bin, place) : f32x4.div(f32x4.sub(place, v128.load(bin, X0)), f32x4.sub(v128.load(bin, X1), v128.load(bin, X0)));
  v128.store(bin, t, SHARE);
}

function softmax4(at: usize, count: i32): void {
  let top = v128.load(at);
  const end = at + <usize>count * VECTOR;
  for (let p = at + VECTOR; p < end; p += VECTOR) top = f32x4.pmax(top, v128.load(p));
  let total = splat(0);
  for (let p = at; p < end; p += VECTOR) {
    const e = expOfNegative4(f32x4.sub(v128.load(p), top));
    v128.store(p, e);
    total = f32x4.add(total, e);
  }
  const factor = f32x4.div(splat(1), total);
  for (let p = at; p < end; p += VECTOR) v128.store(p, f32x4.mul(v128.load(p), factor));
}

/** The last bin for places beyond all; a knot belongs to the bin that it starts. */
function findBin(all: Splines, raw: usize, bin: usize, place: v128): void {
  const bins = all.bins;
  const axis = all.isInverse ? VECTOR : 0;
  const isPeriodic = all.parameterCount == 3 * bins;
  const scaleX = splat(all.scaleX);
  const scaleY = splat(all.scaleY);
  const heights = <usize>bins * VECTOR;
  const derivatives = raw + 2 * heights;
  const knots = bin + BIN_BYTES;
  v128.store(knots, splat(-all.bound));
  v128.store(knots, splat(-all.bound), VECTOR);
  let sumX = splat(0), sumY = sumX;
  let index = i32x4.splat(0);
  let corner = all.corners;
  let knot = knots;
  for (let k: i32 = 1; k < bins; k++) {
    corner += 8;
    knot += 2 * VECTOR;
    sumX = f32x4.add(sumX, v128.load(raw));
    sumY = f32x4.add(sumY, v128.load(raw + heights));
    v128.store(knot, f32x4.add(f32x4.mul(sumX, scaleX), v128.load32_splat(corner)));
    v128.store(knot, f32x4.add(f32x4.mul(sumY, scaleY), v128.load32_splat(corner, 4)), VECTOR);
    // Where it is true, it is −1.
    index = i32x4.sub(index, f32x4.ge(place, v128.load(knot + axis)));
    raw += VECTOR;
  }
  v128.store(knot, splat(all.bound), 2 * VECTOR);
  v128.store(knot, splat(all.bound), 3 * VECTOR);
  v128.store(bin, index, INDEX);

  v128.store(bin, gather4(knots, 5, index), X0);
  v128.store(bin, gather4(knots + VECTOR, 5, index), Y0);
  v128.store(bin, gather4(knots + 2 * VECTOR, 5, index), X1);
  v128.store(bin, gather4(knots + 3 * VECTOR, 5, index), Y1);
  // Without a derivative of their own, the outer knots are given what lies beside the others, which is then replaced.
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

/** The t at which the spline is `y`: the root of a quadratic, in a form in which nothing cancels. */
function shareOfWidth(bin: usize, y: v128): v128 {
  const height = f32x4.sub(v128.load(bin, Y1), v128.load(bin, Y0));
  const slope = f32x4.div(height, f32x4.sub(v128.load(bin, X1), v128.load(bin, X0)));
  const r = f32x4.div(f32x4.sub(y, v128.load(bin, Y0)), height);
  const q = f32x4.sub(splat(1), r);
  const e = f32x4.sub(f32x4.mul(v128.load(bin, D1), r), f32x4.mul(v128.load(bin, D0), q));
  const sr = f32x4.mul(slope, r);
  const twice = f32x4.add(sr, sr);
  const product = f32x4.mul(f32x4.mul(twice, slope), f32x4.add(q, q));
  const larger = f32x4.add(f32x4.sqrt(f32x4.add(f32x4.mul(e, e), product)), f32x4.abs(e));
  const m = v128.bitselect(f32x4.div(product, larger), larger, f32x4.gt(e, splat(0)));
  return f32x4.div(twice, f32x4.add(twice, m));
}
