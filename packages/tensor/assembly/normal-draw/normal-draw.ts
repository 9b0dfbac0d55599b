// The reference is `normalDraw` in src/kernels/normal-draw/normal-draw.ts.
import { HALF_LOG_TWO_PI } from '../reductions/log-prob';
import { lowerDoubles, upperDoubles } from '../simd/doubles';
import { loadLanes, storeLanes } from '../simd/lanes';
import { exp4, splat } from '../simd/simd-math';

/** Rows of one task. */
export const TASK_ROWS: i32 = 32;

/** Cost of a number, in multiplications: an exponential. */
export const NUMBER_COST: f64 = 15;

/** Draws from independent normal numbers, made of standard normal noise, and their log-densities. */
@unmanaged
export class NormalDraw {
  draws: i32;
  rows: i32;
  /** Numbers of a row. */
  size: i32;
  /** `[rows, size]` */
  loc: usize;
  logScale: usize;
  /** `[draws, rows, size]` */
  noise: usize;
  /** The results, `[draws, rows, size]` and `[draws, rows]`; or their cotangents. */
  value: usize;
  logProb: usize;
  /** `[rows, size]`; 0 where no gradients are asked for. */
  locGradient: usize;
  logScaleGradient: usize;
}

/** `loc + exp(logScale) noise` for the rows of a task, of all draws, and `Σ −½ noise² − logScale − log √(2π)`, added up in float64. */
export function normalDrawTask(at: usize, task: i32): void {
  const all = changetype<NormalDraw>(at);
  const size = all.size;
  const constant = <f64>size * HALF_LOG_TWO_PI;
  const end = min(all.draws * all.rows, (task + 1) * TASK_ROWS);
  for (let row = task * TASK_ROWS; row < end; row++) {
    const own = <usize>((row % all.rows) * size) << 2;
    const place = <usize>(row * size) << 2;
    let low = f64x2.splat(0), high = low;
    for (let i: i32 = 0; i < size; i += 4) {
      const count = min(4, size - i);
      const k = <usize>i << 2;
      const logScale = loadLanes(all.logScale + own + k, count);
      const noise = loadLanes(all.noise + place + k, count);
      storeLanes(all.value + place + k, f32x4.add(loadLanes(all.loc + own + k, count), f32x4.mul(exp4(logScale), noise)), count);
      const term = f32x4.add(f32x4.mul(f32x4.mul(noise, noise), splat(0.5)), logScale);
      low = f64x2.add(low, lowerDoubles(term));
      high = f64x2.add(high, upperDoubles(term));
    }
    const sum = f64x2.add(low, high);
    store<f32>(all.logProb + (<usize>row << 2), <f32>(-f64x2.extract_lane(sum, 0) - f64x2.extract_lane(sum, 1) - constant));
  }
}

/** The gradients of {@link normalDrawTask} for the rows of a task, over all draws. */
export function normalDrawGradientTask(at: usize, task: i32): void {
  const all = changetype<NormalDraw>(at);
  const size = all.size;
  const end = min(all.rows, (task + 1) * TASK_ROWS);
  for (let row = task * TASK_ROWS; row < end; row++) {
    const own = <usize>(row * size) << 2;
    let density: f32 = 0;
    for (let draw: i32 = 0; draw < all.draws; draw++) density += load<f32>(all.logProb + (<usize>(draw * all.rows + row) << 2));
    for (let i: i32 = 0; i < size; i += 4) {
      const count = min(4, size - i);
      const k = own + (<usize>i << 2);
      let place = k;
      let byLoc = splat(0), byScale = byLoc;
      for (let draw: i32 = 0; draw < all.draws; draw++) {
        const cotangent = loadLanes(all.value + place, count);
        byLoc = f32x4.add(byLoc, cotangent);
        byScale = f32x4.add(byScale, f32x4.mul(cotangent, loadLanes(all.noise + place, count)));
        place += <usize>(all.rows * size) << 2;
      }
      storeLanes(all.locGradient + k, byLoc, count);
      const scale = exp4(loadLanes(all.logScale + k, count));
      storeLanes(all.logScaleGradient + k, f32x4.sub(f32x4.mul(byScale, scale), splat(density)), count);
    }
  }
}
