import { loadLanes, storeLanes } from '../simd/lanes';
import { exp4, splat } from '../simd/simd-math';
import { TransformArrays } from '../transform-arrays';
import { AffineForm, BoundedScale, GateScale, LogScaleId, maskOf, RawScale, scaled4, shiftAdjoint4, value4 } from '../tile/affine-form';

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
  const begin = task * TASK_ROWS;
  const end = min(all.rows, begin + TASK_ROWS);
  if (form.logScale == LogScaleId.None) shifts(all, form, begin, end);
  else if (form.logScale == LogScaleId.Raw) mapsAs<RawScale>(all, form, begin, end);
  else if (form.logScale == LogScaleId.Bounded) mapsAs<BoundedScale>(all, form, begin, end);
  else mapsAs<GateScale>(all, form, begin, end);
}

function shifts(all: AffineMaps, form: AffineForm, begin: i32, end: i32): void {
  const before = maskOf(form.before), after = maskOf(form.after);
  for (let row = begin; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    storeLanes(all.value + place, value4(loadLanes(all.input + place, count), loadLanes(all.parameters + place, count), splat(1), before, after), count);
    storeLanes(all.logDet + place, splat(0), count);
  }
}

function mapsAs<S>(all: AffineMaps, form: AffineForm, begin: i32, end: i32): void {
  const kind = changetype<S>(form);
  const sign = splat(form.sign), bound = splat(form.bound), inverse = splat(1 / form.bound), bias = splat(form.bias);
  const before = maskOf(form.before), after = maskOf(form.after);
  for (let row = begin; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    const first = loadLanes(all.parameters + 2 * place, min(4, 2 * count));
    const second = count > 2 ? loadLanes(all.parameters + 2 * place + 16, 2 * count - 4) : splat(0);
    const m = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const l = kind.logScale(v128.shuffle<f32>(first, second, 1, 3, 5, 7), sign, bound, inverse, bias);
    storeLanes(all.value + place, value4(loadLanes(all.input + place, count), m, exp4(l), before, after), count);
    storeLanes(all.logDet + place, l, count);
  }
}

/** The gradients of {@link affineMapsTask}. */
export function affineMapsGradientTask(at: usize, task: i32): void {
  const all = changetype<AffineMaps>(at);
  const form = changetype<AffineForm>(all.form);
  const begin = task * TASK_ROWS;
  const end = min(all.rows, begin + TASK_ROWS);
  if (form.logScale == LogScaleId.None) shiftsGradient(all, form, begin, end);
  else if (form.logScale == LogScaleId.Raw) mapsGradientAs<RawScale>(all, form, begin, end);
  else if (form.logScale == LogScaleId.Bounded) mapsGradientAs<BoundedScale>(all, form, begin, end);
  else mapsGradientAs<GateScale>(all, form, begin, end);
}

function shiftsGradient(all: AffineMaps, form: AffineForm, begin: i32, end: i32): void {
  const before = maskOf(form.before), after = maskOf(form.after);
  for (let row = begin; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    const dv = loadLanes(all.value + place, count);
    storeLanes(all.inputGradient + place, dv, count);
    storeLanes(all.parameterGradient + place, shiftAdjoint4(dv, splat(1), before, after), count);
  }
}

function mapsGradientAs<S>(all: AffineMaps, form: AffineForm, begin: i32, end: i32): void {
  const kind = changetype<S>(form);
  const sign = splat(form.sign), bound = splat(form.bound), inverse = splat(1 / form.bound), bias = splat(form.bias);
  const before = maskOf(form.before), after = maskOf(form.after);
  for (let row = begin; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    const dv = loadLanes(all.value + place, count);
    const first = loadLanes(all.parameters + 2 * place, min(4, 2 * count));
    const second = count > 2 ? loadLanes(all.parameters + 2 * place + 16, 2 * count - 4) : splat(0);
    const m = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const r = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    const scale = exp4(kind.logScale(r, sign, bound, inverse, bias));
    const slope = scaled4(loadLanes(all.input + place, count), m, scale, before);
    const dl = f32x4.add(f32x4.mul(dv, slope), loadLanes(all.logDet + place, count));
    const dm = shiftAdjoint4(dv, scale, before, after);
    const dr = f32x4.mul(dl, kind.slope(r, sign, bound, inverse, bias));
    storeLanes(all.inputGradient + place, f32x4.mul(dv, scale), count);
    const gradient = all.parameterGradient + 2 * place;
    storeLanes(gradient, v128.shuffle<f32>(dm, dr, 0, 4, 1, 5), min(4, 2 * count));
    if (count > 2) storeLanes(gradient + 16, v128.shuffle<f32>(dm, dr, 2, 6, 3, 7), 2 * count - 4);
  }
}
