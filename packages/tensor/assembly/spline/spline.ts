import { packColumns } from '../product/pack';
import { loadLanes, storeLanes } from '../simd/lanes';
import { log4, negate4 } from '../simd/simd-math';
import {
  binOf,
  D0,
  D1,
  END,
  END_LOW,
  HEIGHT,
  intoInterval,
  locate,
  LOG_DERIVATIVE,
  numerator4,
  rawOf,
  REST,
  SHARE,
  SLOPE,
  Splines,
  START,
  START_LOW,
  VECTOR,
  WIDTH,
} from './spline-bin';

/** Numbers of one task. */
export const TASK_ROWS: i32 = 64;

export function splinesTask(at: usize, task: i32, thread: i32): void {
  const all = changetype<Splines>(at);
  const raw = rawOf(all, thread);
  const rowBytes = <usize>all.parameterCount << 2;
  const end = min(all.rows, (task + 1) * TASK_ROWS);
  for (let row = task * TASK_ROWS; row < end; row += 4) {
    const count = min(4, end - row);
    packColumns(raw, all.parameters + <usize>row * rowBytes, count, all.parameterCount, rowBytes, VECTOR / 4);
    storeLanes(all.value + (<usize>row << 2), spline4(all, raw, loadLanes(all.input + (<usize>row << 2), count)), count);
    storeLanes(all.logDet + (<usize>row << 2), v128.load(binOf(all, raw), LOG_DERIVATIVE), count);
  }
}

/** The splines of four numbers, whose parameters are in `raw`; leaves the log-derivatives in their bins. */
export function spline4(all: Splines, raw: usize, input: v128): v128 {
  const bin = binOf(all, raw);
  const place = intoInterval(all, input);
  locate(all, raw, bin, place);

  const slope = v128.load(bin, SLOPE);
  const d0 = v128.load(bin, D0);
  const d1 = v128.load(bin, D1);
  const t = v128.load(bin, SHARE);
  const u = v128.load(bin, REST);
  const tu = f32x4.mul(t, u);
  const twice = f32x4.add(slope, slope);
  const denominator = f32x4.add(slope, f32x4.mul(f32x4.sub(f32x4.add(d0, d1), twice), tu));
  const numerator = numerator4(d0, d1, twice, t, u, tu);
  const half = log4(f32x4.div(slope, denominator));
  const logDerivative = f32x4.add(f32x4.add(half, half), log4(numerator));

  let size = v128.load(bin, WIDTH), share = t, rest = u, logDet = negate4(logDerivative);
  if (!all.isInverse) {
    size = v128.load(bin, HEIGHT);
    share = f32x4.div(f32x4.mul(t, f32x4.add(f32x4.mul(slope, t), f32x4.mul(d0, u))), denominator);
    rest = f32x4.div(f32x4.mul(u, f32x4.add(f32x4.mul(slope, u), f32x4.mul(d1, t))), denominator);
    logDet = logDerivative;
  }
  // From the nearer end, so that an end itself is met.
  const fromStart = f32x4.add(v128.load(bin, START), f32x4.add(v128.load(bin, START_LOW), f32x4.mul(size, share)));
  const fromEnd = f32x4.add(v128.load(bin, END), f32x4.sub(v128.load(bin, END_LOW), f32x4.mul(size, rest)));
  const value = v128.bitselect(fromStart, fromEnd, f32x4.lt(share, rest));
  v128.store(bin, logDet, LOG_DERIVATIVE);
  return f32x4.add(value, f32x4.sub(input, place));
}
