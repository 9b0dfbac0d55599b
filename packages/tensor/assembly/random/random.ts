// The reference is `normalNumbers` and `uniformNumbers` in src/random/random.ts.
import { boxMuller } from './box-muller';
import { highWords, lowWords, threefry } from './threefry';

/** A request for random numbers. */
@unmanaged
export class Draw {
  isNormal: i32;
  high: i32;
  low: i32;
  count: i32;
  result: usize;
  /** Eight numbers of which only the first belong to the result. */
  tail: usize;
  lower: f64;
  upper: f64;
  scale: f64;
}

/** Numbers of one task, a multiple of the eight that four blocks make. */
export const TASK_NUMBERS: i32 = 4096;

/** Bytes of scratch that {@link normal} and {@link uniform} need. */
export const RANDOM_BYTES: i32 = <i32>offsetof<Draw>() + 32;

export function randomTask(at: usize, task: i32): void {
  const draw = changetype<Draw>(at);
  const end = min(draw.count, (task + 1) * TASK_NUMBERS);
  let to = draw.result + (<usize>(task * TASK_NUMBERS) << 2);
  for (let i = task * TASK_NUMBERS; i < end; i += 8) {
    threefry(draw.high, draw.low, i32x4.add(i32x4.splat(i >> 1), i32x4(0, 1, 2, 3)));
    // Only the last task has a tail.
    const target = i + 8 <= end ? to : draw.tail;
    if (draw.isNormal) {
      v128.store(target, boxMuller(highWords, lowWords));
      v128.store(target, boxMuller(upperLanes(highWords), upperLanes(lowWords)), 16);
    } else {
      v128.store(target, spread(draw, v128.shuffle<i32>(highWords, lowWords, 0, 4, 1, 5)));
      v128.store(target, spread(draw, v128.shuffle<i32>(highWords, lowWords, 2, 6, 3, 7)), 16);
    }
    if (target != to) memory.copy(to, target, <usize>(end - i) << 2);
    to += 32;
  }
}

// @ts-ignore: decorator
@inline
function upperLanes(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 2, 3, 2, 3);
}

/** Four numbers of the interval from four words. */
function spread(draw: Draw, words: v128): v128 {
  const bits = i32x4.shr_u(words, 8);
  const first = f32x4.demote_f64x2_zero(within(draw, bits));
  const second = f32x4.demote_f64x2_zero(within(draw, upperLanes(bits)));
  const values = v128.shuffle<i32>(first, second, 0, 1, 4, 5);
  // Numbers that round up to the excluded end become the included one.
  return v128.bitselect(values, f32x4.splat(<f32>draw.lower), f32x4.lt(values, f32x4.splat(<f32>draw.upper)));
}

// @ts-ignore: decorator
@inline
function within(draw: Draw, bits: v128): v128 {
  return f64x2.add(f64x2.splat(draw.lower), f64x2.mul(f64x2.convert_low_i32x4_u(bits), f64x2.splat(draw.scale)));
}
