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
 * The reference in plain operations is `applyAffineForm` in `src/kernels/affine/affine-form.ts`.
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
  const before = maskOf(form.before);
  const after = maskOf(form.after);
  for (let k: i32 = 0; k < count; k++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
      const m = v128.load(parameters + lane);
      const l = logScale4(form, scaleParameter(form, parameters + lane));
      v128.store(value + lane, value4(v128.load(input + lane), m, exp4(l), before, after));
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
  const before = maskOf(form.before);
  const after = maskOf(form.after);
  for (let k: i32 = 0; k < count; k++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
      const m = v128.load(parameters + lane);
      const r = scaleParameter(form, parameters + lane);
      const scale = exp4(logScale4(form, r));
      const dv = v128.load(cotangent + lane);
      v128.store(cotangent + lane, f32x4.mul(dv, scale));
      v128.store(gradient + lane, shiftAdjoint4(dv, scale, before, after));
      if (form.logScale != LogScaleId.None) {
        const u = v128.load(residual + lane);
        const slope = isValue ? f32x4.sub(u, v128.and(m, after)) : scaled4(u, m, scale, before);
        const dl = f32x4.add(f32x4.mul(dv, slope), v128.load(logDet + lane));
        v128.store(gradient + lane + UNIT_BYTES, f32x4.mul(dl, logScaleSlope4(form, r)));
      }
    }
    cotangent += UNIT_BYTES;
    residual += UNIT_BYTES;
    parameters += perDimension;
    gradient += perDimension;
  }
}

// @ts-ignore: decorator
@inline
function scaleParameter(form: AffineForm, parameters: usize): v128 {
  return form.logScale == LogScaleId.None ? splat(0) : v128.load(parameters + UNIT_BYTES);
}

/** Keeps what it is and-ed with if the factor is 1, and makes it 0 if that is 0: infinities and NaN too. */
// @ts-ignore: decorator
@inline
export function maskOf(factor: f32): v128 {
  return f32x4.ne(splat(factor), splat(0));
}

/** `(input − m·before) · scale`: also the derivative of the value by L. */
// @ts-ignore: decorator
@inline
export function scaled4(input: v128, m: v128, scale: v128, before: v128): v128 {
  return f32x4.mul(f32x4.sub(input, v128.and(m, before)), scale);
}

// @ts-ignore: decorator
@inline
export function value4(input: v128, m: v128, scale: v128, before: v128, after: v128): v128 {
  return f32x4.add(scaled4(input, m, scale, before), v128.and(m, after));
}

/** The gradient of m, where `cotangent` is that of the value. */
// @ts-ignore: decorator
@inline
export function shiftAdjoint4(cotangent: v128, scale: v128, before: v128, after: v128): v128 {
  return f32x4.sub(v128.and(cotangent, after), v128.and(f32x4.mul(cotangent, scale), before));
}

/** L */
// @ts-ignore: decorator
@inline
export function logScale4(form: AffineForm, r: v128): v128 {
  if (form.logScale == LogScaleId.None) return splat(0);
  const sign = splat(form.sign);
  if (form.logScale == LogScaleId.Raw) return f32x4.mul(sign, r);
  const bounded = f32x4.mul(splat(form.bound), tanh4(f32x4.mul(r, splat(1 / form.bound))));
  if (form.logScale == LogScaleId.Bounded) return f32x4.mul(sign, bounded);
  return f32x4.neg(f32x4.mul(sign, softplus4(f32x4.neg(f32x4.add(bounded, splat(form.bias))))));
}

/** The derivative of L by r. */
// @ts-ignore: decorator
@inline
export function logScaleSlope4(form: AffineForm, r: v128): v128 {
  const sign = splat(form.sign);
  if (form.logScale == LogScaleId.Raw) return sign;
  const t = tanh4(f32x4.mul(r, splat(1 / form.bound)));
  const slope = f32x4.mul(sign, f32x4.sub(splat(1), f32x4.mul(t, t)));
  if (form.logScale == LogScaleId.Bounded) return slope;
  const z = f32x4.add(f32x4.mul(splat(form.bound), t), splat(form.bias));
  return f32x4.mul(slope, sigmoid4(f32x4.neg(z)));
}
