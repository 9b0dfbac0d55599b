import { UNIT_BYTES } from './dot';
import { exp4, sigmoid4, softplus4, splat, tanh4 } from '../simd/simd-math';

/** How the log-scale follows from its parameter r. */
export enum LogScaleId {
  /** There is no such parameter: 0. */
  None,
  /** r */
  Raw,
  /** b tanh(r / b) */
  Bounded,
  /** log sigmoid(b tanh(r / b) + c) */
  Gate,
}

/**
 * `value = (input − m·before) · exp(L) + m·after` with `L = sign · logScale(r)`, for the parameters m and r of one dimension;
 * its log-derivative is L. Shifts, affine maps and gates in both directions are all of this form.
 *
 * The reference in plain operations is `applyAffineForm` in `src/kernels/affine-form.ts`.
 */
@unmanaged
export class AffineForm {
  logScale: i32;
  /** b and c. */
  bound: f32;
  bias: f32;
  sign: f32;
  before: f32;
  after: f32;
}

/** Steps through `count` dimensions of a tile, and adds their log-derivatives to `total`. */
export function applyForm(form: AffineForm, value: usize, input: usize, parameters: usize, total: usize, count: i32): void {
  const perDimension = form.logScale == LogScaleId.None ? UNIT_BYTES : 2 * UNIT_BYTES;
  const before = splat(form.before);
  const after = splat(form.after);
  for (let k: i32 = 0; k < count; k++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
      const m = v128.load(parameters + lane);
      const u = f32x4.sub(v128.load(input + lane), f32x4.mul(before, m));
      const l = logScale4(form, parameters + lane);
      v128.store(value + lane, f32x4.add(f32x4.mul(u, exp4(l)), f32x4.mul(after, m)));
      v128.store(total + lane, f32x4.add(v128.load(total + lane), l));
    }
    value += UNIT_BYTES;
    input += UNIT_BYTES;
    parameters += perDimension;
  }
}

/**
 * The gradients of {@link applyForm}.
 *
 * @param cotangent of the values; becomes that of the inputs
 * @param logDet the cotangent of the log-determinant
 * @param residual the inputs, or the values where `isValue`
 * @param gradient of the parameters
 */
export function applyFormGradient(
  form: AffineForm,
  cotangent: usize,
  logDet: usize,
  residual: usize,
  isValue: bool,
  parameters: usize,
  gradient: usize,
  count: i32,
): void {
  const perDimension = form.logScale == LogScaleId.None ? UNIT_BYTES : 2 * UNIT_BYTES;
  const before = splat(form.before);
  const after = splat(form.after);
  for (let k: i32 = 0; k < count; k++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
      const m = v128.load(parameters + lane);
      const scale = exp4(logScale4(form, parameters + lane));
      const dv = v128.load(cotangent + lane);
      v128.store(cotangent + lane, f32x4.mul(dv, scale));
      v128.store(gradient + lane, f32x4.mul(dv, f32x4.sub(after, f32x4.mul(before, scale))));
      if (form.logScale != LogScaleId.None) {
        // The derivative of the value by L.
        const u = v128.load(residual + lane);
        const slope = isValue ? f32x4.sub(u, f32x4.mul(after, m)) : f32x4.mul(f32x4.sub(u, f32x4.mul(before, m)), scale);
        const dl = f32x4.add(f32x4.mul(dv, slope), v128.load(logDet + lane));
        v128.store(gradient + lane + UNIT_BYTES, f32x4.mul(dl, logScaleSlope4(form, parameters + lane)));
      }
    }
    cotangent += UNIT_BYTES;
    residual += UNIT_BYTES;
    parameters += perDimension;
    gradient += perDimension;
  }
}

/** L */
// @ts-ignore: decorator
@inline
function logScale4(form: AffineForm, parameters: usize): v128 {
  if (form.logScale == LogScaleId.None) return splat(0);
  const sign = splat(form.sign);
  const r = v128.load(parameters + UNIT_BYTES);
  if (form.logScale == LogScaleId.Raw) return f32x4.mul(sign, r);
  const bounded = f32x4.mul(splat(form.bound), tanh4(f32x4.mul(r, splat(1 / form.bound))));
  if (form.logScale == LogScaleId.Bounded) return f32x4.mul(sign, bounded);
  return f32x4.neg(f32x4.mul(sign, softplus4(f32x4.neg(f32x4.add(bounded, splat(form.bias))))));
}

/** The derivative of L by r. */
// @ts-ignore: decorator
@inline
function logScaleSlope4(form: AffineForm, parameters: usize): v128 {
  const sign = splat(form.sign);
  if (form.logScale == LogScaleId.Raw) return sign;
  const t = tanh4(f32x4.mul(v128.load(parameters + UNIT_BYTES), splat(1 / form.bound)));
  const slope = f32x4.mul(sign, f32x4.sub(splat(1), f32x4.mul(t, t)));
  if (form.logScale == LogScaleId.Bounded) return slope;
  const z = f32x4.add(f32x4.mul(splat(form.bound), t), splat(form.bias));
  return f32x4.mul(slope, sigmoid4(f32x4.neg(z)));
}
