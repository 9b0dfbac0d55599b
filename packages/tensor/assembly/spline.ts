import { loadLanes, storeLanes } from './lanes';
import { SPLINES, SPLINES_GRADIENT } from './parts';
import { runParts } from './pool';
import { log4, splat } from './simd-math';
import { D0, D1, intoInterval, locate, numerator4, SHARE, Splines, VECTOR, X0, X1, Y0, Y1 } from './spline-bin';

/** Numbers of one part of the work. */
export const PART_ROWS: i32 = 64;

/** What a bin costs each number, in multiplications. */
const COST: f64 = 200;

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
