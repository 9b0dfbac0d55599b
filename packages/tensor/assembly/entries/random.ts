import { RANDOM } from '../threads/kernel-ids';
import { Draw, TASK_NUMBERS } from '../random/random';
import { runTasks } from '../threads/pool';

/** Standard normal numbers: those of the blocks 0, 1, … under a key, two from each. */
export function normal(result: usize, count: i32, high: i32, low: i32, scratch: usize): void {
  const draw = changetype<Draw>(scratch);
  draw.isNormal = 1;
  run(draw, result, count, high, low, 40);
}

/** Uniform numbers in [lower, upper), two from each block: `lower + scale · w` for the upper 24 bits w of a word. */
export function uniform(result: usize, count: i32, high: i32, low: i32, lower: f64, upper: f64, scale: f64, scratch: usize): void {
  const draw = changetype<Draw>(scratch);
  draw.isNormal = 0;
  draw.lower = lower;
  draw.upper = upper;
  draw.scale = scale;
  run(draw, result, count, high, low, 10);
}

function run(draw: Draw, result: usize, count: i32, high: i32, low: i32, workEach: f64): void {
  draw.high = high;
  draw.low = low;
  draw.count = count;
  draw.result = result;
  draw.tail = changetype<usize>(draw) + offsetof<Draw>();
  runTasks(RANDOM, changetype<usize>(draw), (count + TASK_NUMBERS - 1) / TASK_NUMBERS, <f64>count * workEach);
}
