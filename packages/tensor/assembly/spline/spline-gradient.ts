import { packColumns } from '../product/pack';
import { loadLanes, storeLanes, unpackLanes } from '../simd/lanes';
import { negate4, sigmoid4, splat } from '../simd/simd-math';
import { TASK_ROWS } from './spline';
import {
  binOf,
  D0,
  D1,
  HEIGHT,
  INDEX,
  intoInterval,
  locate,
  numerator4,
  RAW0,
  RAW1,
  rawOf,
  REST,
  SHARE,
  SLOPE,
  Splines,
  VECTOR,
  WIDTH,
} from './spline-bin';

export function splinesGradientTask(at: usize, task: i32, thread: i32): void {
  const all = changetype<Splines>(at);
  const raw = rawOf(all, thread);
  const rowBytes = <usize>all.parameterCount << 2;
  const end = min(all.rows, (task + 1) * TASK_ROWS);
  for (let row = task * TASK_ROWS; row < end; row += 4) {
    const count = min(4, end - row);
    const at = <usize>row << 2;
    packColumns(raw, all.parameters + <usize>row * rowBytes, count, all.parameterCount, rowBytes, VECTOR / 4);
    const dInput = splineGradient4(
      all,
      raw,
      loadLanes(all.input + at, count),
      loadLanes(all.value + at, count),
      loadLanes(all.logDet + at, count),
    );
    storeLanes(all.inputGradient + at, dInput, count);
    unpackLanes(all.parameterGradient + <usize>row * rowBytes, raw, count, all.parameterCount, rowBytes);
  }
}

/**
 * The gradients of {@link spline4}: returns those of the numbers, and leaves those of the parameters in their place.
 *
 * @param given the cotangents of the values
 * @param logDet the cotangents of the log-derivatives
 */
export function splineGradient4(all: Splines, raw: usize, input: v128, given: v128, logDet: v128): v128 {
  const bins = all.bins;
  const isPeriodic = all.parameterCount == 3 * bins;
  const bin = binOf(all, raw);
  const rawDerivatives = raw + <usize>(2 * bins) * VECTOR;
  let dValue = given;
  let dLog = logDet;
  locate(all, raw, bin, intoInterval(all, input));

  const one = splat(1);
  const width = v128.load(bin, WIDTH);
  const height = v128.load(bin, HEIGHT);
  const slope = v128.load(bin, SLOPE);
  const d0 = v128.load(bin, D0);
  const d1 = v128.load(bin, D1);
  const t = v128.load(bin, SHARE);
  const u = v128.load(bin, REST);
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
  const rest = f32x4.mul(f32x4.mul(u, f32x4.add(f32x4.mul(slope, u), f32x4.mul(d1, t))), perDenominator);
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
  const logByEither = negate4(f32x4.add(tuD, tuD));

  let byT: v128, dInput: v128;
  if (all.isInverse) {
    // By the theorem on implicit functions: y = f(x, p) gives dx = (dy − f_p dp) / f_x, and the log-derivative is −log f_x(x, p).
    const cotangent = f32x4.sub(dValue, f32x4.mul(dLog, f32x4.mul(logByT, perWidth)));
    byT = negate4(f32x4.mul(dValue, width));
    dInput = f32x4.div(cotangent, f32x4.mul(slope, shareByT));
    dValue = negate4(dInput);
    dLog = negate4(dLog);
  } else {
    byT = f32x4.add(f32x4.mul(f32x4.mul(dValue, height), shareByT), f32x4.mul(dLog, logByT));
    dInput = f32x4.mul(byT, perWidth);
  }
  const byShare = f32x4.mul(dValue, height);
  const byS = f32x4.add(f32x4.mul(byShare, shareByS), f32x4.mul(dLog, logByS));
  const byD0 = f32x4.add(
    f32x4.mul(byShare, f32x4.mul(tuD, rest)),
    f32x4.mul(dLog, f32x4.add(logByEither, f32x4.mul(uu, perNumerator))),
  );
  const byD1 = f32x4.sub(f32x4.mul(dLog, f32x4.add(logByEither, f32x4.mul(tt, perNumerator))), f32x4.mul(byShare, f32x4.mul(tuD, share)));
  const byHeight = f32x4.add(f32x4.mul(dValue, share), f32x4.mul(byS, perWidth));
  const byWidth = negate4(f32x4.mul(f32x4.add(f32x4.mul(byS, slope), f32x4.mul(byT, t)), perWidth));
  const byX0 = negate4(f32x4.add(f32x4.mul(byT, perWidth), byWidth));
  const byY0 = f32x4.sub(dValue, byHeight);

  // Beyond the ends the clipped number is a constant.
  const bound = splat(all.bound);
  const isBeyond = isPeriodic ? splat(0) : f32x4.gt(f32x4.abs(input), bound);
  dInput = v128.bitselect(given, dInput, isBeyond);

  const index = v128.load(bin, INDEX);
  shareGradient(raw, bins, index, splat(<f32>all.freeX), byX0, byWidth);
  shareGradient(raw + <usize>bins * VECTOR, bins, index, splat(<f32>all.freeY), byY0, byHeight);
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
  return dInput;
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
