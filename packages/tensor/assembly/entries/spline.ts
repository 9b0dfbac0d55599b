import { SPLINES, SPLINES_GRADIENT } from '../threads/task-ids';
import { runParts } from '../threads/pool';
import { PART_ROWS } from '../spline/spline';
import { Splines } from '../spline/spline-bin';

/** What a bin costs each number, in multiplications. */
const COST: f64 = 200;

/** `value = spline(x*) + (x − x*)` for the x* in the interval, and the log-derivative, in one direction or the other. */
export function splines(at: usize): void {
  runSplines(SPLINES, at);
}

/** The gradients of {@link splines}. */
export function splinesGradient(at: usize): void {
  runSplines(SPLINES_GRADIENT, at);
}

function runSplines(kernel: i32, at: usize): void {
  const all = changetype<Splines>(at);
  runParts(kernel, at, (all.rows + PART_ROWS - 1) / PART_ROWS, COST * <f64>all.rows * <f64>all.bins);
}
