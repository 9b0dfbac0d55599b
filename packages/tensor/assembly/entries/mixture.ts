import { COMPONENT_COST, Mixtures, TASK_ROWS } from '../mixture/mixture';
import { MIXTURES, MIXTURES_GRADIENT } from '../threads/kernel-ids';
import { runTasks } from '../threads/pool';

/** About the number of evaluations of the forward direction in an inverse. */
const INVERSE_COST: f64 = 8;

/** The quantiles of mixtures' cumulative distribution functions and the log-derivatives, in one direction or the other. */
export function mixtures(at: usize): void {
  const all = changetype<Mixtures>(at);
  runMixtures(MIXTURES, at, all.isInverse ? INVERSE_COST : 1);
}

/** The gradients of {@link mixtures}. */
export function mixturesGradient(at: usize): void {
  runMixtures(MIXTURES_GRADIENT, at, 1.5);
}

function runMixtures(kernel: i32, at: usize, cost: f64): void {
  const all = changetype<Mixtures>(at);
  runTasks(kernel, at, (all.rows + TASK_ROWS - 1) / TASK_ROWS, cost * COMPONENT_COST * <f64>all.rows * <f64>all.components);
}
