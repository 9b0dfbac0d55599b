import { packColumns } from '../product/pack';
import { loadLanes, storeLanes } from '../simd/lanes';
import { exp4, negate4, splat } from '../simd/simd-math';
import { inverse4 } from './inverse';
import { affineLogScale, LOG_DERIVATIVE, Mixtures, rawOf, readComponents, summaryOf, TASK_ROWS, VECTOR } from './mixture';
import { quantile4 } from './quantile';

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
      value = inverse4(all, raw, f32x4.mul(f32x4.sub(value, shift), exp4(negate4(logScale))));
      logDet = negate4(f32x4.add(v128.load(summary, LOG_DERIVATIVE), logScale));
    } else {
      value = f32x4.add(f32x4.mul(quantile4(all, raw, value), exp4(logScale)), shift);
      logDet = f32x4.add(v128.load(summary, LOG_DERIVATIVE), logScale);
    }
    storeLanes(all.value + place, value, count);
    storeLanes(all.logDet + place, logDet, count);
  }
}
