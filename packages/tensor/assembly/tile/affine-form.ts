import { UNIT_BYTES } from './dot';
import { exp4, negate4, sigmoid4, softplus4, splat, tanh4 } from '../simd/simd-math';
import { softBound4 } from '../simd/soft-bound';

/** The log-scale as a function of its parameter r. */
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
 * The reference in plain operations is `applyAffineForm` in src/kernels/affine/affine-form.ts.
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

// A log-scale is a class, so that every loop is compiled for one alone; no instance is ever made. Vectors are taken in pairs, of which V8 makes 256-bit
// ones, and everything is read before anything is written, between which it makes none.

/** The constants of a form are spread over the lanes of vectors. */
@unmanaged
export class RawScale {
  /** L */
  @inline logScale(r: v128, sign: v128, bound: v128, inverse: v128, bias: v128): v128 {
    return f32x4.mul(sign, r);
  }
  /** The derivative of L by r. */
  @inline slope(r: v128, sign: v128, bound: v128, inverse: v128, bias: v128): v128 {
    return sign;
  }
}

@unmanaged
export class BoundedScale {
  @inline logScale(r: v128, sign: v128, bound: v128, inverse: v128, bias: v128): v128 {
    return f32x4.mul(sign, softBound4(r, bound, inverse));
  }
  @inline slope(r: v128, sign: v128, bound: v128, inverse: v128, bias: v128): v128 {
    const t = tanh4(f32x4.mul(r, inverse));
    return f32x4.mul(sign, f32x4.sub(splat(1), f32x4.mul(t, t)));
  }
}

@unmanaged
export class GateScale {
  @inline logScale(r: v128, sign: v128, bound: v128, inverse: v128, bias: v128): v128 {
    const z = f32x4.add(softBound4(r, bound, inverse), bias);
    return negate4(f32x4.mul(sign, softplus4(negate4(z))));
  }
  @inline slope(r: v128, sign: v128, bound: v128, inverse: v128, bias: v128): v128 {
    const t = tanh4(f32x4.mul(r, inverse));
    const z = f32x4.add(f32x4.mul(bound, t), bias);
    return f32x4.mul(f32x4.mul(sign, f32x4.sub(splat(1), f32x4.mul(t, t))), sigmoid4(negate4(z)));
  }
}

/** Steps through `count` dimensions of a tile, and adds their log-derivatives to `total`. */
export function applyForm(form: AffineForm, value: usize, input: usize, parameters: usize, total: usize, count: i32): void {
  if (form.logScale == LogScaleId.None) applyShift(form, value, input, parameters, count);
  else if (form.logScale == LogScaleId.Raw) applyFormAs<RawScale>(form, value, input, parameters, total, count);
  else if (form.logScale == LogScaleId.Bounded) applyFormAs<BoundedScale>(form, value, input, parameters, total, count);
  else applyFormAs<GateScale>(form, value, input, parameters, total, count);
}

function applyShift(form: AffineForm, value: usize, input: usize, parameters: usize, count: i32): void {
  const before = maskOf(form.before), after = maskOf(form.after);
  const bytes = <usize>count * UNIT_BYTES;
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(value + at, value4(v128.load(input + at), v128.load(parameters + at), splat(1), before, after));
  }
}

function applyFormAs<S>(form: AffineForm, value: usize, input: usize, parameters: usize, total: usize, count: i32): void {
  const kind = changetype<S>(form);
  const sign = splat(form.sign), bound = splat(form.bound), inverse = splat(1 / form.bound), bias = splat(form.bias);
  const before = maskOf(form.before), after = maskOf(form.after);
  for (let k: i32 = 0; k < count; k++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 32) {
      const first = kind.logScale(v128.load(parameters + lane, UNIT_BYTES), sign, bound, inverse, bias);
      const second = kind.logScale(v128.load(parameters + lane, UNIT_BYTES + 16), sign, bound, inverse, bias);
      const firstValue = value4(v128.load(input + lane), v128.load(parameters + lane), exp4(first), before, after);
      const secondValue = value4(v128.load(input + lane, 16), v128.load(parameters + lane, 16), exp4(second), before, after);
      const firstTotal = f32x4.add(v128.load(total + lane), first);
      const secondTotal = f32x4.add(v128.load(total + lane, 16), second);
      v128.store(value + lane, firstValue);
      v128.store(value + lane, secondValue, 16);
      v128.store(total + lane, firstTotal);
      v128.store(total + lane, secondTotal, 16);
    }
    value += UNIT_BYTES;
    input += UNIT_BYTES;
    parameters += 2 * UNIT_BYTES;
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
  if (form.logScale == LogScaleId.None) applyShiftGradient(form, cotangent, gradient, count);
  else if (form.logScale == LogScaleId.Raw) applyFormGradientAs<RawScale>(form, cotangent, logDet, residual, isValue, parameters, gradient, count);
  else if (form.logScale == LogScaleId.Bounded) applyFormGradientAs<BoundedScale>(form, cotangent, logDet, residual, isValue, parameters, gradient, count);
  else applyFormGradientAs<GateScale>(form, cotangent, logDet, residual, isValue, parameters, gradient, count);
}

/** The cotangent of the inputs is that of the values. */
function applyShiftGradient(form: AffineForm, cotangent: usize, gradient: usize, count: i32): void {
  const before = maskOf(form.before), after = maskOf(form.after);
  const bytes = <usize>count * UNIT_BYTES;
  for (let at: usize = 0; at < bytes; at += 16) v128.store(gradient + at, shiftAdjoint4(v128.load(cotangent + at), splat(1), before, after));
}

function applyFormGradientAs<S>(
  form: AffineForm,
  cotangent: usize,
  logDet: usize,
  residual: usize,
  isValue: bool,
  parameters: usize,
  gradient: usize,
  count: i32,
): void {
  const kind = changetype<S>(form);
  const sign = splat(form.sign), bound = splat(form.bound), inverse = splat(1 / form.bound), bias = splat(form.bias);
  const before = maskOf(form.before), after = maskOf(form.after), isResult = maskOf(isValue ? 1 : 0);
  for (let k: i32 = 0; k < count; k++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 32) {
      const m0 = v128.load(parameters + lane), m1 = v128.load(parameters + lane, 16);
      const r0 = v128.load(parameters + lane, UNIT_BYTES), r1 = v128.load(parameters + lane, UNIT_BYTES + 16);
      const dv0 = v128.load(cotangent + lane), dv1 = v128.load(cotangent + lane, 16);
      const scale0 = exp4(kind.logScale(r0, sign, bound, inverse, bias)), scale1 = exp4(kind.logScale(r1, sign, bound, inverse, bias));
      const dl0 = f32x4.add(f32x4.mul(dv0, slopeByL4(v128.load(residual + lane), m0, scale0, before, after, isResult)), v128.load(logDet + lane));
      const dl1 = f32x4.add(f32x4.mul(dv1, slopeByL4(v128.load(residual + lane, 16), m1, scale1, before, after, isResult)), v128.load(logDet + lane, 16));
      const dr0 = f32x4.mul(dl0, kind.slope(r0, sign, bound, inverse, bias)), dr1 = f32x4.mul(dl1, kind.slope(r1, sign, bound, inverse, bias));
      const dm0 = shiftAdjoint4(dv0, scale0, before, after), dm1 = shiftAdjoint4(dv1, scale1, before, after);
      const dx0 = f32x4.mul(dv0, scale0), dx1 = f32x4.mul(dv1, scale1);
      v128.store(cotangent + lane, dx0);
      v128.store(cotangent + lane, dx1, 16);
      v128.store(gradient + lane, dm0);
      v128.store(gradient + lane, dm1, 16);
      v128.store(gradient + lane, dr0, UNIT_BYTES);
      v128.store(gradient + lane, dr1, UNIT_BYTES + 16);
    }
    cotangent += UNIT_BYTES;
    residual += UNIT_BYTES;
    parameters += 2 * UNIT_BYTES;
    gradient += 2 * UNIT_BYTES;
  }
}

/** The derivative of the value by L, from the input or, where the mask is set, from the value. */
// @ts-ignore: decorator
@inline
function slopeByL4(residual: v128, m: v128, scale: v128, before: v128, after: v128, isResult: v128): v128 {
  return v128.bitselect(f32x4.sub(residual, v128.and(m, after)), scaled4(residual, m, scale, before), isResult);
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
