// The reference is `bernoulliLogProb` in src/kernels/bernoulli/log-prob.ts.
import { lanesFrom, loadLanes, storeLanes } from '../simd/lanes';
import { lowerDoubles, upperDoubles } from '../simd/doubles';
import { multiplyAdd } from '../simd/multiply-add';
import { expOfNegative4, logOfNormal4, splat } from '../simd/simd-math';
import { gradient4, logitOfOther4, logProb4, smallerOdds4 } from './bernoulli';

/** Log-probabilities of events of several outcomes, or the gradient of the logits; the same outcomes stand for each of several repetitions. */
@unmanaged
export class BernoulliEvents {
  events: i32;
  /** Outcomes of an event. */
  size: i32;
  /** Events of one repetition. */
  eventsOfOutcomes: i32;
  /** `[events, size]` */
  logits: usize;
  /** `[eventsOfOutcomes, size]` */
  outcomes: usize;
  /** In the gradient that of the result, `[events]`. */
  cotangent: usize;
  /** `[events]`, or the gradient, `[events, size]`. */
  result: usize;
  /** {@link BERNOULLI_WORK_BYTES} for each thread. */
  work: usize;
}

/** Bytes of working memory for each thread: two vectors, in a cache line of their own. */
export const BERNOULLI_WORK_BYTES: usize = 64;

/** Numbers of one task, or those of one event if it has more. */
const TASK_NUMBERS: i32 = 4096;

/** Bytes of which the odds are multiplied before the logarithm: sixteen factors a lane, each between 1 and 2, whose rounding stays below 1e-6. */
const GROUP: usize = 512;

/** The number of events of one task. */
// @ts-ignore: decorator
@inline
export function eventsOfTask(size: i32): i32 {
  return max(1, TASK_NUMBERS / max(1, size));
}

export function bernoulliEventsTask(at: usize, task: i32, thread: i32): void {
  const all = changetype<BernoulliEvents>(at);
  const bytes = <usize>all.size << 2;
  const work = all.work + <usize>thread * BERNOULLI_WORK_BYTES;
  const count = eventsOfTask(all.size);
  const end = min(all.events, (task + 1) * count);
  for (let event = task * count; event < end; event++) {
    const logits = all.logits + <usize>event * bytes;
    const outcomes = all.outcomes + <usize>(event % all.eventsOfOutcomes) * bytes;
    if (all.cotangent) {
      writeGradient(logits, outcomes, load<f32>(all.cotangent + (<usize>event << 2)), bytes, all.result + <usize>event * bytes);
    } else {
      store<f32>(all.result + (<usize>event << 2), <f32>logProb(logits, outcomes, bytes, work));
    }
  }
}

// Vectors are taken in pairs, of which V8 makes 256-bit ones; it finds them by what is stored.

/**
 * `−Σ max(other, 0) − Σ log(1 + odds)`, where `other` is the logit of the other outcome. The odds of a group need one logarithm, that of the product
 * Π(1 + odds) = 1 + q: q itself is carried along, of which small odds lose nothing.
 */
function logProb(logits: usize, outcomes: usize, bytes: usize, work: usize): f64 {
  const pairs = bytes & ~31;
  let total = f64x2.splat(0);
  let firstFault = splat(0), secondFault = splat(0);
  let k: usize = 0;
  while (k < pairs) {
    const begin = k;
    const end = min(pairs, k + GROUP);
    // Two loops, since one of both would not find room for its numbers in the registers.
    let firstOdds = splat(0), secondOdds = splat(0);
    for (; k < end; k += 32) {
      firstOdds = timesOneAnd4(firstOdds, oddsOf4(v128.load(logits + k)));
      secondOdds = timesOneAnd4(secondOdds, oddsOf4(v128.load(logits + k, 16)));
    }
    let firstCost = splat(0), secondCost = splat(0);
    for (k = begin; k < end; k += 32) {
      const firstOutcome = v128.load(outcomes + k), secondOutcome = v128.load(outcomes + k, 16);
      firstCost = f32x4.add(firstCost, cost4(v128.load(logits + k), firstOutcome));
      secondCost = f32x4.add(secondCost, cost4(v128.load(logits + k, 16), secondOutcome));
      firstFault = f32x4.add(firstFault, faultOf4(firstOutcome));
      secondFault = f32x4.add(secondFault, faultOf4(secondOutcome));
    }
    firstCost = f32x4.add(firstCost, logOfOneAnd4(firstOdds));
    secondCost = f32x4.add(secondCost, logOfOneAnd4(secondOdds));
    v128.store(work, firstCost);
    v128.store(work, secondCost, 16);
    total = f64x2.sub(total, f64x2.add(sumOfFour(v128.load(work)), sumOfFour(v128.load(work, 16))));
  }
  v128.store(work, firstFault);
  v128.store(work, secondFault, 16);
  const faults = f64x2.add(sumOfFour(v128.load(work)), sumOfFour(v128.load(work, 16)));
  const fault = f64x2.extract_lane(faults, 0) + f64x2.extract_lane(faults, 1);
  for (; k < bytes; k += 16) {
    const lanes = lanesFrom(k, bytes);
    // A logit of −∞ and an outcome of 0 add nothing.
    const logit = v128.bitselect(loadLanes(logits + k, lanes), splat(-Infinity), i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes)));
    total = f64x2.add(total, sumOfFour(logProb4(logit, loadLanes(outcomes + k, lanes), smallerOdds4(logit))));
  }
  const sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  // NaN stays NaN.
  return fault == 0 ? sum : sum - Infinity * fault;
}

/** Each number times the cotangent of its event. */
function writeGradient(logits: usize, outcomes: usize, cotangent: f32, bytes: usize, result: usize): void {
  const factor = splat(cotangent);
  const pairs = bytes & ~31;
  let k: usize = 0;
  for (; k < pairs; k += 32) {
    const first = gradient4(v128.load(logits + k), v128.load(outcomes + k), factor);
    const second = gradient4(v128.load(logits + k, 16), v128.load(outcomes + k, 16), factor);
    v128.store(result + k, first);
    v128.store(result + k, second, 16);
  }
  for (; k < bytes; k += 16) {
    const lanes = lanesFrom(k, bytes);
    storeLanes(result + k, gradient4(loadLanes(logits + k, lanes), loadLanes(outcomes + k, lanes), factor), lanes);
  }
}

/** `max(other, 0)` */
// @ts-ignore: decorator
@inline
function cost4(logit: v128, outcome: v128): v128 {
  return f32x4.pmax(logitOfOther4(logit, f32x4.eq(outcome, splat(1))), splat(0));
}

/** 0 of an outcome, more of what is none, and NaN of NaN. */
// @ts-ignore: decorator
@inline
function faultOf4(outcome: v128): v128 {
  return v128.andnot(f32x4.mul(outcome, f32x4.sub(outcome, splat(1))), splat(-0.0));
}

/** {@link smallerOdds4}, but at least 2e-38, which no sum shows. */
// @ts-ignore: decorator
@inline
function oddsOf4(logit: v128): v128 {
  return expOfNegative4(v128.or(logit, splat(-0.0)));
}

/** `(1 + q)(1 + odds) − 1`; one operation waits for q. */
// @ts-ignore: decorator
@inline
function timesOneAnd4(q: v128, odds: v128): v128 {
  return multiplyAdd(q, f32x4.add(odds, splat(1)), odds);
}

/** `log(1 + q)` for q from 0 on, which q that vanish beside 1 do not lose. */
// @ts-ignore: decorator
@inline
function logOfOneAnd4(q: v128): v128 {
  const u = f32x4.add(q, splat(1));
  return f32x4.add(logOfNormal4(u), f32x4.div(f32x4.sub(q, f32x4.sub(u, splat(1))), u));
}

/** As two sums. */
// @ts-ignore: decorator
@inline
function sumOfFour(x: v128): v128 {
  return f64x2.add(lowerDoubles(x), upperDoubles(x));
}
