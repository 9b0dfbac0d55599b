import { loadLanes, storeLanes, unpackLanes } from './lanes';
import { packColumns } from './pack';
import { SPLINES, SPLINES_GRADIENT } from './parts';
import { runParts } from './pool';
import { expOfNegative4, log4, sigmoid4, softplus4, splat } from './simd-math';

// Four numbers side by side, each with its own parameters: these lie transposed in working memory, one vector for each parameter.

/** Bytes of a vector of four. */
const VECTOR: usize = 16;

/** Numbers of one part of the work. */
const PART_ROWS: i32 = 64;

/** What a bin costs each number, in multiplications. */
const COST: f64 = 200;

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
const X0: usize = 0;
const Y0: usize = 16;
const X1: usize = 32;
const Y1: usize = 48;
/** The derivatives, and before their softplus. */
const D0: usize = 64;
const D1: usize = 80;
const RAW0: usize = 96;
const RAW1: usize = 112;
/** Which bin it is, as an integer. */
const INDEX: usize = 128;
/** The place within the bin's width, from 0 to 1. */
const SHARE: usize = 144;
/** Bytes of them all. */
const BIN_BYTES: usize = 160;

/** Bytes of working memory that a thread needs. */
export function splineWorkBytes(bins: i32, parameterCount: i32): i32 {
  return ((parameterCount + 1 + 2 * (bins + 1)) << 4) + <i32>BIN_BYTES;
}

/** `value = spline(x*) + (x − x*)` for the x* in the interval, and the log-derivative, in one direction or the other. */
export function splines(at: usize): void {
  runSplines(SPLINES, at);
}

/** The gradients of {@link splines}. */
export function splinesGradient(at: usize): void {
  runSplines(SPLINES_GRADIENT, at);
}

function runSplines(kernel: i32, at: usize): void {
  const all = changetype<Splines>(at);
  runParts(kernel, at, (all.rows + PART_ROWS - 1) / PART_ROWS, COST * <f64>all.rows * <f64>all.bins);
}

export function splinesPart(at: usize, part: i32, thread: i32): void {
  const all = changetype<Splines>(at);
  const raw = all.work + <usize>thread * all.workBytes;
  const bin = raw + <usize>(all.parameterCount + 1) * VECTOR;
  const end = min(all.rows, (part + 1) * PART_ROWS);
  for (let row = part * PART_ROWS; row < end; row += 4) {
    const count = min(4, end - row);
    const input = loadLanes(all.input + (<usize>row << 2), count);
    const place = intoInterval(all, input);
    locate(all, raw, bin, row, count, place);

    const width = f32x4.sub(v128.load(bin, X1), v128.load(bin, X0));
    const height = f32x4.sub(v128.load(bin, Y1), v128.load(bin, Y0));
    const slope = f32x4.div(height, width);
    const d0 = v128.load(bin, D0);
    const d1 = v128.load(bin, D1);
    const t = v128.load(bin, SHARE);
    const u = f32x4.sub(splat(1), t);
    const tu = f32x4.mul(t, u);
    const twice = f32x4.add(slope, slope);
    const denominator = f32x4.add(slope, f32x4.mul(f32x4.sub(f32x4.add(d0, d1), twice), tu));
    const numerator = numerator4(d0, d1, twice, t, u, tu);
    const half = log4(f32x4.div(slope, denominator));
    const logDerivative = f32x4.add(f32x4.add(half, half), log4(numerator));

    let value: v128, logDet: v128;
    if (all.isInverse) {
      value = f32x4.add(v128.load(bin, X0), f32x4.mul(width, t));
      logDet = f32x4.neg(logDerivative);
    } else {
      const share = f32x4.div(f32x4.mul(t, f32x4.add(f32x4.mul(slope, t), f32x4.mul(d0, u))), denominator);
      value = f32x4.add(v128.load(bin, Y0), f32x4.mul(height, share));
      logDet = logDerivative;
    }
    storeLanes(all.value + (<usize>row << 2), f32x4.add(value, f32x4.sub(input, place)), count);
    storeLanes(all.logDet + (<usize>row << 2), logDet, count);
  }
}

export function splinesGradientPart(at: usize, part: i32, thread: i32): void {
  const all = changetype<Splines>(at);
  const bins = all.bins;
  const isPeriodic = all.parameterCount == 3 * bins;
  const raw = all.work + <usize>thread * all.workBytes;
  const bin = raw + <usize>(all.parameterCount + 1) * VECTOR;
  const rawDerivatives = raw + <usize>(2 * bins) * VECTOR;
  const rowBytes = <usize>all.parameterCount << 2;
  const end = min(all.rows, (part + 1) * PART_ROWS);
  for (let row = part * PART_ROWS; row < end; row += 4) {
    const count = min(4, end - row);
    const input = loadLanes(all.input + (<usize>row << 2), count);
    locate(all, raw, bin, row, count, intoInterval(all, input));
    const given = loadLanes(all.value + (<usize>row << 2), count);
    let dValue = given;
    let dLog = loadLanes(all.logDet + (<usize>row << 2), count);

    const one = splat(1);
    const width = f32x4.sub(v128.load(bin, X1), v128.load(bin, X0));
    const height = f32x4.sub(v128.load(bin, Y1), v128.load(bin, Y0));
    const slope = f32x4.div(height, width);
    const d0 = v128.load(bin, D0);
    const d1 = v128.load(bin, D1);
    const t = v128.load(bin, SHARE);
    const u = f32x4.sub(one, t);
    const tu = f32x4.mul(t, u);
    const tt = f32x4.mul(t, t);
    const uu = f32x4.mul(u, u);
    const twice = f32x4.add(slope, slope);
    const both = f32x4.add(d0, d1);
    const excess = f32x4.sub(both, twice);
    const perDenominator = f32x4.div(one, f32x4.add(slope, f32x4.mul(excess, tu)));
    const numerator = numerator4(d0, d1, twice, t, u, tu);
    const perNumerator = f32x4.div(one, numerator);
    const perWidth = f32x4.div(one, width);
    // The share r of the bin's height as a function of t, s, d₀ and d₁; none of the forms cancels.
    const share = f32x4.mul(f32x4.mul(t, f32x4.add(f32x4.mul(slope, t), f32x4.mul(d0, u))), perDenominator);
    const tuD = f32x4.mul(tu, perDenominator);
    const shareByT = f32x4.mul(f32x4.mul(slope, perDenominator), f32x4.mul(numerator, perDenominator));
    const shareByS = f32x4.mul(f32x4.mul(f32x4.sub(f32x4.mul(d1, tt), f32x4.mul(d0, uu)), perDenominator), tuD);
    // The log-derivative as a function of the same.
    const skew = f32x4.sub(u, t);
    const logByT = f32x4.mul(
      splat(2),
      f32x4.sub(
        f32x4.mul(f32x4.sub(f32x4.add(f32x4.mul(d1, t), f32x4.mul(slope, skew)), f32x4.mul(d0, u)), perNumerator),
        f32x4.mul(f32x4.mul(excess, skew), perDenominator),
      ),
    );
    const twiceTu = f32x4.add(tu, tu);
    const logByS = f32x4.mul(twiceTu, f32x4.add(f32x4.mul(f32x4.div(both, slope), perDenominator), perNumerator));
    const logByEither = f32x4.neg(f32x4.add(tuD, tuD));

    let byT: v128, dInput: v128;
    if (all.isInverse) {
      // By the theorem on implicit functions: y = f(x, p) gives dx = (dy − f_p dp) / f_x, and the log-derivative is −log f_x(x, p).
      const cotangent = f32x4.sub(dValue, f32x4.mul(dLog, f32x4.mul(logByT, perWidth)));
      byT = f32x4.neg(f32x4.mul(dValue, width));
      dInput = f32x4.div(cotangent, f32x4.mul(slope, shareByT));
      dValue = f32x4.neg(dInput);
      dLog = f32x4.neg(dLog);
    } else {
      byT = f32x4.add(f32x4.mul(f32x4.mul(dValue, height), shareByT), f32x4.mul(dLog, logByT));
      dInput = f32x4.mul(byT, perWidth);
    }
    const byShare = f32x4.mul(dValue, height);
    const byS = f32x4.add(f32x4.mul(byShare, shareByS), f32x4.mul(dLog, logByS));
    const byD0 = f32x4.add(
      f32x4.mul(byShare, f32x4.mul(tuD, f32x4.sub(one, share))),
      f32x4.mul(dLog, f32x4.add(logByEither, f32x4.mul(uu, perNumerator))),
    );
    const byD1 = f32x4.sub(f32x4.mul(dLog, f32x4.add(logByEither, f32x4.mul(tt, perNumerator))), f32x4.mul(byShare, f32x4.mul(tuD, share)));
    const byHeight = f32x4.add(f32x4.mul(dValue, share), f32x4.mul(byS, perWidth));
    const byWidth = f32x4.neg(f32x4.mul(f32x4.add(f32x4.mul(byS, slope), f32x4.mul(byT, t)), perWidth));
    const byX0 = f32x4.neg(f32x4.add(f32x4.mul(byT, perWidth), byWidth));
    const byY0 = f32x4.sub(dValue, byHeight);

    // Beyond the ends the clipped number is a constant.
    const bound = splat(all.bound);
    const isBeyond = isPeriodic ? splat(0) : f32x4.gt(f32x4.abs(input), bound);
    dInput = v128.bitselect(given, dInput, isBeyond);
    storeLanes(all.inputGradient + (<usize>row << 2), dInput, count);

    const index = v128.load(bin, INDEX);
    shareGradient(raw, bins, index, splat(all.scaleX), byX0, byWidth);
    shareGradient(raw + <usize>bins * VECTOR, bins, index, splat(all.scaleY), byY0, byHeight);
    const byRaw0 = f32x4.mul(byD0, sigmoid4(f32x4.add(v128.load(bin, RAW0), splat(all.shift))));
    const byRaw1 = f32x4.mul(byD1, sigmoid4(f32x4.add(v128.load(bin, RAW1), splat(all.shift))));
    const derivatives = all.parameterCount - 2 * bins;
    const next = i32x4.add(index, i32x4.splat(1));
    for (let k: i32 = 0; k < derivatives; k++) {
      // Inner knots are counted from 1.
      const knot = i32x4.splat(isPeriodic ? k : k + 1);
      let isEnd = i32x4.eq(next, knot);
      if (isPeriodic && k == 0) isEnd = i32x4.eq(next, i32x4.splat(bins));
      const byStart = v128.and(byRaw0, i32x4.eq(index, knot));
      v128.store(rawDerivatives + <usize>k * VECTOR, f32x4.add(byStart, v128.and(byRaw1, isEnd)));
    }
    unpackLanes(all.parameterGradient + <usize>row * rowBytes, raw, count, all.parameterCount, rowBytes);
  }
}

/** The place x* in the interval where the spline is used. */
// @ts-ignore: decorator
@inline
function intoInterval(all: Splines, x: v128): v128 {
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
function numerator4(d0: v128, d1: v128, twiceSlope: v128, t: v128, u: v128, tu: v128): v128 {
  const ends = f32x4.add(f32x4.mul(d1, f32x4.mul(t, t)), f32x4.mul(twiceSlope, tu));
  return f32x4.add(ends, f32x4.mul(d0, f32x4.mul(u, u)));
}

/** Leaves the shares of four numbers in `raw`, and the bins that hold them in `bin`. */
function locate(all: Splines, raw: usize, bin: usize, row: i32, count: i32, place: v128): void {
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

/**
 * From the gradients of one axis's corner and size to those of the raw sizes, in place of the shares: a bin's corner depends on the
 * shares before it, its size on its own; the last bin's end is fixed.
 */
function shareGradient(shares: usize, count: i32, index: v128, scale: v128, byStart: v128, bySize: v128): void {
  const isLast = i32x4.eq(index, i32x4.splat(count - 1));
  const byEnd = f32x4.mul(scale, v128.andnot(bySize, isLast));
  const before = f32x4.add(f32x4.mul(scale, byStart), byEnd);
  let mean = splat(0);
  for (let k: i32 = 0; k < count; k++) {
    mean = f32x4.add(mean, f32x4.mul(v128.load(shares + <usize>k * VECTOR), shareSlope(index, k, before, byEnd)));
  }
  for (let k: i32 = 0; k < count; k++) {
    const at = shares + <usize>k * VECTOR;
    v128.store(at, f32x4.mul(v128.load(at), f32x4.sub(shareSlope(index, k, before, byEnd), mean)));
  }
}

// @ts-ignore: decorator
@inline
function shareSlope(index: v128, k: i32, before: v128, own: v128): v128 {
  const knot = i32x4.splat(k);
  return v128.or(v128.and(before, i32x4.gt_s(index, knot)), v128.and(own, i32x4.eq(index, knot)));
}
