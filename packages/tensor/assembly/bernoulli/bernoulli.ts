import { loadLanes, storeLanes } from '../simd/lanes';
import { sigmoid4, softplus4, splat } from '../simd/simd-math';

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

/** How many tasks one repetition is. */
// @ts-ignore: decorator
@inline
export function tasksOfRepetition(count: i32): i32 {
  return (count + BERNOULLI_CHUNK - 1) / BERNOULLI_CHUNK;
}

export function bernoulliTask(at: usize, task: i32): void {
  const all = changetype<BernoulliLogProb>(at);
  const first = (task % tasksOfRepetition(all.count)) * BERNOULLI_CHUNK;
  const end = min(all.count, first + BERNOULLI_CHUNK);
  const repetition = <usize>(task / tasksOfRepetition(all.count)) * <usize>all.count;
  for (let i = first; i < end; i += 4) {
    const lanes = min(4, end - i);
    const place = (repetition + <usize>i) << 2;
    const logit = loadLanes(all.logits + place, lanes);
    const outcome = loadLanes(all.outcomes + (<usize>i << 2), lanes);
    const isOne = f32x4.eq(outcome, splat(1));
    const isOutcome = v128.or(isOne, f32x4.eq(outcome, splat(0)));
    // The other outcome's logit: what is computed of it does not cancel.
    const other = v128.bitselect(f32x4.neg(logit), logit, isOne);
    if (all.cotangent) {
      const share = sigmoid4(other);
      const slope = v128.bitselect(share, f32x4.neg(share), isOne);
      const gradient = f32x4.mul(loadLanes(all.cotangent + place, lanes), slope);
      storeLanes(all.result + place, v128.and(gradient, isOutcome), lanes);
    } else {
      const logProb = f32x4.neg(softplus4(other));
      // Less a number, so that NaN stays NaN.
      const impossible = f32x4.sub(splat(-Infinity), f32x4.abs(outcome));
      storeLanes(all.result + place, v128.bitselect(logProb, impossible, isOutcome), lanes);
    }
  }
}
