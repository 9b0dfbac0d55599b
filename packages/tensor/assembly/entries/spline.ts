import { SPLINES, SPLINES_GRADIENT } from '../threads/kernel-ids';
import { runTasks } from '../threads/pool';
import { TASK_ROWS } from '../spline/spline';
import { BIN_COST, Splines } from '../spline/spline-bin';

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
  runTasks(kernel, at, (all.rows + TASK_ROWS - 1) / TASK_ROWS, BIN_COST * <f64>all.rows * <f64>all.bins);
}
