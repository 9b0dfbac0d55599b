import { NormalDraw, NUMBER_COST, TASK_ROWS } from '../normal-draw/normal-draw';
import { NORMAL_DRAWS, NORMAL_DRAWS_GRADIENT } from '../threads/kernel-ids';
import { runTasks } from '../threads/pool';

/** Draws and their log-densities. */
export function normalDraw(at: usize): void {
  const all = changetype<NormalDraw>(at);
  runDraws(NORMAL_DRAWS, at, all.draws * all.rows);
}

/** The gradients of {@link normalDraw}. */
export function normalDrawGradient(at: usize): void {
  runDraws(NORMAL_DRAWS_GRADIENT, at, changetype<NormalDraw>(at).rows);
}

function runDraws(kernel: i32, at: usize, rows: i32): void {
  const all = changetype<NormalDraw>(at);
  const work = NUMBER_COST * <f64>all.draws * <f64>all.rows * <f64>all.size;
  runTasks(kernel, at, (rows + TASK_ROWS - 1) / TASK_ROWS, work);
}
