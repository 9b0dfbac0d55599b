// The reference is `applyAffineForm` in src/kernels/affine/affine-form.ts.
import { loadLanes, storeLanes } from '../simd/lanes';
import { exp4, splat } from '../simd/simd-math';
import { TransformArrays } from '../transform-arrays';
import { AffineForm, BoundedScale, GateScale, LogScaleId, maskOf, RawScale, scaled4, shiftAdjoint4, value4 } from '../tile/affine-form';

/** Numbers of one task. */
export const TASK_ROWS: i32 = 4096;

/** Cost of a number, in multiplications: an exponential and a hyperbolic tangent. */
export const NUMBER_COST: f64 = 40;

/** Affine maps of N numbers, with two parameters each, or one where the form has no scale. */
@unmanaged
export class AffineMaps extends TransformArrays {
  /** An {@link AffineForm}. */
  form: usize;
}

/** The values and log-derivatives of the numbers of a task; or, where they are asked for, the gradients. */
export function affineMapsTask(at: usize, task: i32): void {
  const all = changetype<AffineMaps>(at);
  const kind = changetype<AffineForm>(all.form).logScale;
  const begin = task * TASK_ROWS;
  const end = min(all.rows, begin + TASK_ROWS);
  if (kind == LogScaleId.Raw) mapsAs<RawScale>(all, begin, end);
  else if (kind == LogScaleId.Bounded) mapsAs<BoundedScale>(all, begin, end);
  else if (kind == LogScaleId.Gate) mapsAs<GateScale>(all, begin, end);
  else if (all.inputGradient) shiftsGradient(all, begin, end);
  else shifts(all, begin, end);
}

function shifts(all: AffineMaps, begin: i32, end: i32): void {
  const form = changetype<AffineForm>(all.form);
  const before = maskOf(form.before), after = maskOf(form.after);
  for (let row = begin; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    storeLanes(all.value + place, value4(loadLanes(all.input + place, count), loadLanes(all.parameters + place, count), splat(1), before, after), count);
    storeLanes(all.logDet + place, splat(0), count);
  }
}

function shiftsGradient(all: AffineMaps, begin: i32, end: i32): void {
  const form = changetype<AffineForm>(all.form);
  const before = maskOf(form.before), after = maskOf(form.after);
  for (let row = begin; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    const dv = loadLanes(all.value + place, count);
    storeLanes(all.inputGradient + place, dv, count);
    storeLanes(all.parameterGradient + place, shiftAdjoint4(dv, splat(1), before, after), count);
  }
}

function mapsAs<S>(all: AffineMaps, begin: i32, end: i32): void {
  const form = changetype<AffineForm>(all.form);
  const kind = changetype<S>(form);
  const sign = splat(form.sign), bound = splat(form.bound), inverse = splat(1 / form.bound), bias = splat(form.bias);
  const before = maskOf(form.before), after = maskOf(form.after);
  const hasGradient = all.inputGradient != 0;
  for (let row = begin; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    const first = loadLanes(all.parameters + 2 * place, min(4, 2 * count));
    const second = count > 2 ? loadLanes(all.parameters + 2 * place + 16, 2 * count - 4) : splat(0);
    const m = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const r = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    const input = loadLanes(all.input + place, count);
    const l = kind.logScale(r, sign, bound, inverse, bias);
    const scale = exp4(l);
    if (!hasGradient) {
      storeLanes(all.value + place, value4(input, m, scale, before, after), count);
      storeLanes(all.logDet + place, l, count);
      continue;
    }
    const dv = loadLanes(all.value + place, count);
    const dl = f32x4.add(f32x4.mul(dv, scaled4(input, m, scale, before)), loadLanes(all.logDet + place, count));
    const dm = shiftAdjoint4(dv, scale, before, after);
    const dr = f32x4.mul(dl, kind.slope(r, sign, bound, inverse, bias));
    storeLanes(all.inputGradient + place, f32x4.mul(dv, scale), count);
    const gradient = all.parameterGradient + 2 * place;
    storeLanes(gradient, v128.shuffle<f32>(dm, dr, 0, 4, 1, 5), min(4, 2 * count));
    if (count > 2) storeLanes(gradient + 16, v128.shuffle<f32>(dm, dr, 2, 6, 3, 7), 2 * count - 4);
  }
}
