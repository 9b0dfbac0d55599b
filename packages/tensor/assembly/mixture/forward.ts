import { packColumns } from '../product/pack';
import { loadLanes, storeLanes } from '../simd/lanes';
import { exp4, expOfNegative4, log4, splat } from '../simd/simd-math';
import { gaussianQuantile, gaussianTails, logisticQuantile, logisticTails } from './families';
import { inverse4 } from './inverse';
import {
  affineLogScale,
  DENSITY_SHARE,
  DENSITY_SUM,
  FAR,
  LOG_DERIVATIVE,
  LOG_HAZARD,
  LOG_RATIO,
  LOG_SCALE,
  LOG_WEIGHT,
  Mixtures,
  NEAR,
  PLACE,
  QUANTILE,
  rawOf,
  readComponents,
  RECORD,
  recordsOf,
  SIDE,
  summaryOf,
  TAIL_SHARE,
  TAIL_SUM,
  TASK_ROWS,
  VECTOR,
} from './mixture';

/** One direction of 64 numbers: values and log-derivatives. */
export function mixturesTask(at: usize, task: i32, thread: i32): void {
  const all = changetype<Mixtures>(at);
  const raw = rawOf(all, thread);
  const summary = summaryOf(all, raw);
  const rowBytes = <usize>all.parameterCount << 2;
  const isAffine = all.parameterCount > 3 * all.components;
  const end = min(all.rows, (task + 1) * TASK_ROWS);
  for (let row = task * TASK_ROWS; row < end; row += 4) {
    const count = min(4, end - row);
    const place = <usize>row << 2;
    packColumns(raw, all.parameters + <usize>row * rowBytes, count, all.parameterCount, rowBytes, VECTOR / 4);
    readComponents(all, raw);
    let value = loadLanes(all.input + place, count);
    let shift = splat(0);
    let logScale = splat(0);
    if (isAffine) {
      shift = v128.load(raw + <usize>(all.parameterCount - 2) * VECTOR);
      logScale = affineLogScale(all, raw);
    }
    let logDet: v128;
    if (all.isInverse) {
      value = inverse4(all, raw, f32x4.mul(f32x4.sub(value, shift), exp4(f32x4.neg(logScale))));
      logDet = f32x4.neg(f32x4.add(v128.load(summary, LOG_DERIVATIVE), logScale));
    } else {
      value = f32x4.add(f32x4.mul(quantile4(all, raw, value), exp4(logScale)), shift);
      logDet = f32x4.add(v128.load(summary, LOG_DERIVATIVE), logScale);
    }
    storeLanes(all.value + place, value, count);
    storeLanes(all.logDet + place, logDet, count);
  }
}

/**
 * The quantiles of four mixtures' cumulative distribution functions at x, the components' records being read. Leaves what is known of the mixtures
 * there, the log-derivatives among it.
 */
export function quantile4(all: Mixtures, raw: usize, x: v128): v128 {
  const components = all.components;
  const records = recordsOf(all, raw);
  const summary = summaryOf(all, raw);
  const lower = all.isGaussian ? gaussianTails(records, components, x) : logisticTails(records, components, x);
  const side = v128.bitselect(splat(1), splat(-1), f32x4.le(lower, splat(0.5)));
  v128.store(summary, side, SIDE);
  const logTail = tailOf(records, components, side, summary);
  const logHazard = all.isGaussian ? gaussianQuantile(summary, logTail) : logisticQuantile(summary, logTail);
  v128.store(summary, f32x4.sub(v128.load(summary, LOG_HAZARD), logHazard), LOG_DERIVATIVE);
  return f32x4.mul(v128.load(summary, QUANTILE), side);
}

/** The logarithm of the mixtures' smaller tails; leaves that of their hazard rates, and the components' shares. */
function tailOf(records: usize, components: i32, side: v128, summary: usize): v128 {
  const end = records + <usize>components * RECORD;
  let largest = splat(-Infinity);
  for (let record = records; record < end; record += RECORD) {
    const isNear = f32x4.lt(f32x4.mul(v128.load(record, PLACE), side), splat(0));
    const term = f32x4.add(v128.load(record, LOG_WEIGHT), v128.bitselect(v128.load(record, NEAR), v128.load(record, FAR), isNear));
    v128.store(record, term, DENSITY_SHARE);
    largest = f32x4.pmax(largest, term);
  }
  let tailSum = splat(0);
  for (let record = records; record < end; record += RECORD) {
    const share = expOfNegative4(f32x4.sub(v128.load(record, DENSITY_SHARE), largest));
    v128.store(record, share, TAIL_SHARE);
    tailSum = f32x4.add(tailSum, share);
  }
  const logTail = f32x4.add(largest, log4(tailSum));

  // The mixture's hazard rate is a mean of the components', with their shares in the tail: these are differences in which what is large cancels exactly.
  largest = splat(-Infinity);
  for (let record = records; record < end; record += RECORD) {
    const isNear = f32x4.lt(f32x4.mul(v128.load(record, PLACE), side), splat(0));
    const beyond = f32x4.sub(v128.load(record, NEAR), v128.load(record, FAR));
    const logHazard = f32x4.sub(v128.andnot(beyond, isNear), v128.load(record, LOG_RATIO));
    const logShare = f32x4.sub(v128.load(record, DENSITY_SHARE), logTail);
    const term = f32x4.sub(f32x4.add(logShare, logHazard), v128.load(record, LOG_SCALE));
    v128.store(record, term, DENSITY_SHARE);
    largest = f32x4.pmax(largest, term);
  }
  let densitySum = splat(0);
  for (let record = records; record < end; record += RECORD) {
    const share = expOfNegative4(f32x4.sub(v128.load(record, DENSITY_SHARE), largest));
    v128.store(record, share, DENSITY_SHARE);
    densitySum = f32x4.add(densitySum, share);
  }
  v128.store(summary, tailSum, TAIL_SUM);
  v128.store(summary, densitySum, DENSITY_SUM);
  v128.store(summary, f32x4.add(largest, log4(densitySum)), LOG_HAZARD);
  return logTail;
}
