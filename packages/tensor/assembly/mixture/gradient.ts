import { packColumns } from '../product/pack';
import { loadLanes, storeLanes, unpackLanes } from '../simd/lanes';
import { softBoundSlope4 } from '../simd/soft-bound';
import { exp4, negate4, splat } from '../simd/simd-math';
import { quantile4 } from './quantile';
import {
  affineLogScale,
  DENSITY_SHARE,
  DENSITY_SUM,
  locationFactor,
  LOG_HAZARD,
  LOG_SCALE,
  Mixtures,
  PER_HAZARD,
  PER_SCALE,
  PLACE,
  QUANTILE_SLOPE,
  rawOf,
  readComponents,
  RECORD,
  recordsOf,
  SIDE,
  SLOPE,
  summaryOf,
  TAIL_SHARE,
  TAIL_SUM,
  TASK_ROWS,
  VECTOR,
  WEIGHT,
} from './mixture';

export function mixturesGradientTask(at: usize, task: i32, thread: i32): void {
  const all = changetype<Mixtures>(at);
  const raw = rawOf(all, thread);
  const rowBytes = <usize>all.parameterCount << 2;
  const end = min(all.rows, (task + 1) * TASK_ROWS);
  for (let row = task * TASK_ROWS; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    packColumns(raw, all.parameters + <usize>row * rowBytes, count, all.parameterCount, rowBytes, VECTOR / 4);
    const dInput = gradient4(
      all,
      raw,
      loadLanes(all.input + place, count),
      loadLanes(all.value + place, count),
      loadLanes(all.logDet + place, count),
    );
    storeLanes(all.inputGradient + place, dInput, count);
    unpackLanes(all.parameterGradient + <usize>row * rowBytes, raw, count, all.parameterCount, rowBytes);
  }
}

/**
 * The gradients at four x of `y = s z eᵃ + b` and `D = log dy/dx`, from the cotangents of y and D: with tail shares wₖ, density shares gₖ, the hazard rates h
 * of the mixture and ρ of the quantile z of its smaller tail on the side s, and φ the derivative of a log-density,
 *
 * `D = log Σ πₖ f(s uₖ) / sₖ − log f(z) + a` and `dz = (Σ (wₖ − πₖ) dlₖ + Σ gₖ sₖ h d(s uₖ)) / ρ`.
 *
 * Returns those of x, and leaves those of the parameters in their place. For the inverse the cotangents are those of x and −D, and what is returned is the
 * gradient of y, by the theorem on implicit functions.
 */
function gradient4(all: Mixtures, raw: usize, x: v128, given: v128, givenLog: v128): v128 {
  const components = all.components;
  const isAffine = all.parameterCount > 3 * components;
  readComponents(all, raw);
  const value = quantile4(all, raw, x);
  const records = recordsOf(all, raw);
  const summary = summaryOf(all, raw);
  const end = records + <usize>components * RECORD;
  const one = splat(1);
  const side = v128.load(summary, SIDE);
  const perHazard = v128.load(summary, PER_HAZARD);
  const quantileSlope = v128.load(summary, QUANTILE_SLOPE);
  const logHazard = v128.load(summary, LOG_HAZARD);
  const hazard = exp4(logHazard);
  const perTail = f32x4.div(one, v128.load(summary, TAIL_SUM));
  const perDensity = f32x4.div(one, v128.load(summary, DENSITY_SUM));
  const logScale = isAffine ? affineLogScale(all, raw) : splat(0);
  const scale = exp4(logScale);

  let dValue = given;
  let dLog = givenLog;
  let dInput = splat(0);
  if (all.isInverse) {
    let byX = splat(0);
    for (let record = records; record < end; record += RECORD) {
      const share = f32x4.mul(v128.load(record, DENSITY_SHARE), v128.load(record, PER_SCALE));
      byX = f32x4.add(byX, f32x4.mul(share, v128.load(record, SLOPE)));
    }
    const byQuantile = f32x4.mul(f32x4.mul(quantileSlope, perHazard), f32x4.mul(side, hazard));
    byX = f32x4.sub(f32x4.mul(byX, perDensity), byQuantile);
    const slope = f32x4.mul(f32x4.mul(exp4(f32x4.pmax(logHazard, splat(all.flattest))), perHazard), scale);
    dLog = negate4(givenLog);
    dInput = f32x4.div(f32x4.add(given, f32x4.mul(dLog, byX)), slope);
    dValue = negate4(dInput);
  }

  const scaled = f32x4.mul(dValue, scale);
  const dTail = f32x4.mul(f32x4.sub(f32x4.mul(scaled, side), f32x4.mul(dLog, quantileSlope)), perHazard);
  const dTailHazard = f32x4.mul(dTail, hazard);
  const plane = <usize>components * VECTOR;
  let dX = splat(0);
  let to = raw;
  let record = records;
  for (let k: i32 = 0; k < components; k++) {
    const density = f32x4.mul(v128.load(record, DENSITY_SHARE), perDensity);
    const tail = f32x4.mul(v128.load(record, TAIL_SHARE), perTail);
    const weight = v128.load(record, WEIGHT);
    const perScale = v128.load(record, PER_SCALE);
    // In units of x, on the side of the mixture itself.
    const ofDensity = f32x4.mul(f32x4.mul(dLog, v128.load(record, SLOPE)), perScale);
    const dPlace = f32x4.mul(density, f32x4.add(ofDensity, f32x4.mul(dTailHazard, side)));
    dX = f32x4.add(dX, dPlace);
    const ofScale = f32x4.mul(v128.load(record, PLACE), f32x4.div(dPlace, perScale));
    const dLogScale = negate4(f32x4.add(ofScale, f32x4.mul(dLog, density)));
    const ofWeight = f32x4.mul(dLog, f32x4.sub(density, weight));
    v128.store(to, f32x4.add(ofWeight, f32x4.mul(dTail, f32x4.sub(tail, weight))));
    v128.store(to + plane, negate4(f32x4.mul(dPlace, locationFactor(k, components))));
    v128.store(to + 2 * plane, f32x4.mul(dLogScale, softBoundSlope4(v128.load(record, LOG_SCALE), splat(1 / all.logScaleBound))));
    record += RECORD;
    to += VECTOR;
  }
  if (isAffine) {
    const dAffine = f32x4.add(f32x4.mul(scaled, value), dLog);
    v128.store(raw + 3 * plane, dValue);
    v128.store(raw + 3 * plane + VECTOR, f32x4.mul(dAffine, softBoundSlope4(logScale, splat(1 / all.affineBound))));
  }
  return all.isInverse ? dInput : dX;
}
