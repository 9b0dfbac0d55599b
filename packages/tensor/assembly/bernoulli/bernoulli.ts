// The reference is `bernoulliLogProb` in src/kernels/bernoulli/log-prob.ts.
import { lanesFrom, loadLanes, storeLanes } from '../simd/lanes';
import { expOfNegative4, log1p4, negate4, overOnePlusExp4, splat } from '../simd/simd-math';

/** Log-probabilities of outcomes by their logits, or the gradient of the logits; the same outcomes stand for each of several repetitions. */
@unmanaged
export class BernoulliLogProb {
  repetitions: i32;
  /** Numbers of one repetition. */
  count: i32;
  logits: usize;
  outcomes: usize;
  /** In the gradient, that of the result. */
  cotangent: usize;
  result: usize;
}

/** Numbers of one task. */
export const BERNOULLI_CHUNK: i32 = 4096;

/** The number of tasks of one repetition. */
// @ts-ignore: decorator
@inline
export function tasksOfRepetition(count: i32): i32 {
  return (count + BERNOULLI_CHUNK - 1) / BERNOULLI_CHUNK;
}

/** Bytes of which the exponentials are taken before their logarithms: alone, each loop keeps the processor busier than one of both. */
const BLOCK: usize = 1024;

// Vectors are taken in pairs, of which V8 makes 256-bit ones.
export function bernoulliTask(at: usize, task: i32): void {
  const all = changetype<BernoulliLogProb>(at);
  const first = (task % tasksOfRepetition(all.count)) * BERNOULLI_CHUNK;
  const count = min(BERNOULLI_CHUNK, all.count - first);
  const repetition = <usize>(task / tasksOfRepetition(all.count)) * <usize>all.count;
  const place = (repetition + <usize>first) << 2;
  const logits = all.logits + place;
  const outcomes = all.outcomes + (<usize>first << 2);
  const result = all.result + place;
  const end = <usize>count << 2;
  const pairs = end & ~31;
  let k: usize = 0;
  if (all.cotangent) {
    const cotangents = all.cotangent + place;
    for (; k < pairs; k += 32) {
      const first = gradient4(v128.load(logits + k), v128.load(outcomes + k), v128.load(cotangents + k));
      const second = gradient4(v128.load(logits + k, 16), v128.load(outcomes + k, 16), v128.load(cotangents + k, 16));
      v128.store(result + k, first);
      v128.store(result + k, second, 16);
    }
    for (; k < end; k += 16) {
      const lanes = lanesFrom(k, end);
      storeLanes(result + k, gradient4(loadLanes(logits + k, lanes), loadLanes(outcomes + k, lanes), loadLanes(cotangents + k, lanes)), lanes);
    }
    return;
  }
  for (let begin: usize = 0; begin < pairs; begin += BLOCK) {
    const blockEnd = min(pairs, begin + BLOCK);
    for (k = begin; k < blockEnd; k += 32) {
      const first = smallerOdds4(v128.load(logits + k));
      const second = smallerOdds4(v128.load(logits + k, 16));
      v128.store(result + k, first);
      v128.store(result + k, second, 16);
    }
    for (k = begin; k < blockEnd; k += 32) {
      const first = logProb4(v128.load(logits + k), v128.load(outcomes + k), v128.load(result + k));
      const second = logProb4(v128.load(logits + k, 16), v128.load(outcomes + k, 16), v128.load(result + k, 16));
      v128.store(result + k, first);
      v128.store(result + k, second, 16);
    }
  }
  for (k = pairs; k < end; k += 16) {
    const lanes = lanesFrom(k, end);
    const logit = loadLanes(logits + k, lanes);
    storeLanes(result + k, logProb4(logit, loadLanes(outcomes + k, lanes), smallerOdds4(logit)), lanes);
  }
}

/** The odds of the outcome that is less likely: `exp(−|logit|)`, 0 from a logit of 86.9 on. `exp4`, which looks out for infinity too, takes a third longer. */
// @ts-ignore: decorator
@inline
export function smallerOdds4(logit: v128): v128 {
  const size = f32x4.abs(logit);
  return v128.andnot(expOfNegative4(negate4(size)), f32x4.gt(size, splat(86.9)));
}

/** `−log(1 + exp(other))`, where `other` is the other outcome's logit: what is computed of it does not cancel. */
// @ts-ignore: decorator
@inline
export function logProb4(logit: v128, outcome: v128, odds: v128): v128 {
  const isOne = f32x4.eq(outcome, splat(1));
  const logProb = negate4(f32x4.add(f32x4.pmax(logitOfOther4(logit, isOne), splat(0)), log1p4(odds)));
  // Less a number, so that NaN stays NaN.
  const impossible = f32x4.sub(splat(-Infinity), f32x4.abs(outcome));
  return v128.bitselect(logProb, impossible, isOutcome4(outcome, isOne));
}

/** The cotangent times the probability of the other outcome, `1 / (1 + exp(own))`, with the sign of the own one. */
// @ts-ignore: decorator
@inline
export function gradient4(logit: v128, outcome: v128, cotangent: v128): v128 {
  const isOne = f32x4.eq(outcome, splat(1));
  const sign = v128.andnot(splat(-0.0), isOne);
  const slope = overOnePlusExp4(v128.xor(cotangent, sign), v128.xor(logit, sign));
  return v128.and(slope, isOutcome4(outcome, isOne));
}

// @ts-ignore: decorator
@inline
export function logitOfOther4(logit: v128, isOne: v128): v128 {
  return v128.xor(logit, v128.and(isOne, splat(-0.0)));
}

// @ts-ignore: decorator
@inline
export function isOutcome4(outcome: v128, isOne: v128): v128 {
  return v128.or(isOne, f32x4.eq(outcome, splat(0)));
}
