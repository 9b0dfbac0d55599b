import { MAT_MUL } from '../threads/task-ids';
import { MatMul } from '../product/mat-mul';
import { hasThreads, runParts, SMALLEST_JOB } from '../threads/pool';

/** The largest part of a product that one thread takes at a time. */
const PART_ROWS: i32 = 128;
const PART_COLUMNS: i32 = 256;

/** Computes all products of a {@link MatMul}. */
export function matMul(at: usize): void {
  const task = changetype<MatMul>(at);
  const work = <f64>task.count * <f64>task.rows * <f64>task.columns * <f64>task.depth;
  // Sums run over the depth, so that where the others are cut changes no result.
  const isLarge = hasThreads() && work / <f64>task.count >= SMALLEST_JOB;
  task.rowParts = isLarge ? (task.rows + PART_ROWS - 1) / PART_ROWS : 1;
  task.columnParts = isLarge ? (task.columns + PART_COLUMNS - 1) / PART_COLUMNS : 1;
  runParts(MAT_MUL, at, task.count * task.rowParts * task.columnParts, work);
}
