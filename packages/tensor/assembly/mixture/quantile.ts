// The reference is `MixtureCdfTransform` in packages/bijectors/src/elementwise/mixture-cdf.ts.
import { expOfNegative4, log4, splat } from '../simd/simd-math';
import { gaussianQuantile, gaussianTails, logisticQuantile, logisticTails } from './families';
import {
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
  RECORD,
  recordsOf,
  SIDE,
  summaryOf,
  TAIL_SHARE,
  TAIL_SUM,
} from './mixture';

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
