import { loadLanes, storeLanes } from '../simd/lanes';
import { exp4, splat } from '../simd/simd-math';
import { TransformArrays } from '../transform-arrays';
import { AffineForm, logScale4, logScaleSlope4, LogScaleId, maskOf, scaled4, shiftAdjoint4, value4 } from '../tile/affine-form';

/** Numbers of one task. */
export const TASK_ROWS: i32 = 4096;

/** What a number costs, in multiplications: an exponential and a hyperbolic tangent. */
export const NUMBER_COST: f64 = 40;

/** Affine maps of N numbers, with two parameters each, or one where the form has no scale. */
@unmanaged
export class AffineMaps extends TransformArrays {
  /** An {@link AffineForm}. */
  form: usize;
}

/** The values and log-derivatives of the numbers of a task. */
export function affineMapsTask(at: usize, task: i32): void {
  const all = changetype<AffineMaps>(at);
  const form = changetype<AffineForm>(all.form);
  const hasScale = form.logScale != LogScaleId.None;
  const before = maskOf(form.before);
  const after = maskOf(form.after);
  const end = min(all.rows, (task + 1) * TASK_ROWS);
  for (let row = task * TASK_ROWS; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    const parameters = all.parameters + (hasScale ? 2 * place : place);
    const first = loadLanes(parameters, hasScale ? min(4, 2 * count) : count);
    const second = hasScale && count > 2 ? loadLanes(parameters + 16, 2 * count - 4) : splat(0);
    const m = hasScale ? v128.shuffle<f32>(first, second, 0, 2, 4, 6) : first;
    const l = logScale4(form, v128.shuffle<f32>(first, second, 1, 3, 5, 7));
    storeLanes(all.value + place, value4(loadLanes(all.input + place, count), m, exp4(l), before, after), count);
    storeLanes(all.logDet + place, l, count);
  }
}

/** The gradients of {@link affineMapsTask}. */
export function affineMapsGradientTask(at: usize, task: i32): void {
  const all = changetype<AffineMaps>(at);
  const form = changetype<AffineForm>(all.form);
  const hasScale = form.logScale != LogScaleId.None;
  const before = maskOf(form.before);
  const after = maskOf(form.after);
  const end = min(all.rows, (task + 1) * TASK_ROWS);
  for (let row = task * TASK_ROWS; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    const dv = loadLanes(all.value + place, count);
    if (!hasScale) {
      storeLanes(all.inputGradient + place, dv, count);
      storeLanes(all.parameterGradient + place, shiftAdjoint4(dv, splat(1), before, after), count);
      continue;
    }
    const first = loadLanes(all.parameters + 2 * place, min(4, 2 * count));
    const second = count > 2 ? loadLanes(all.parameters + 2 * place + 16, 2 * count - 4) : splat(0);
    const m = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const r = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    const scale = exp4(logScale4(form, r));
    const slope = scaled4(loadLanes(all.input + place, count), m, scale, before);
    const dl = f32x4.add(f32x4.mul(dv, slope), loadLanes(all.logDet + place, count));
    const dm = shiftAdjoint4(dv, scale, before, after);
    const dr = f32x4.mul(dl, logScaleSlope4(form, r));
    storeLanes(all.inputGradient + place, f32x4.mul(dv, scale), count);
    const gradient = all.parameterGradient + 2 * place;
    storeLanes(gradient, v128.shuffle<f32>(dm, dr, 0, 4, 1, 5), min(4, 2 * count));
    if (count > 2) storeLanes(gradient + 16, v128.shuffle<f32>(dm, dr, 2, 6, 3, 7), 2 * count - 4);
  }
}
