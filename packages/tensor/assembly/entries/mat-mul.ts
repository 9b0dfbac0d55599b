import { MAT_MUL } from '../threads/kernel-ids';
import { MatMul } from '../product/mat-mul';
import { hasThreads, runTasks, SMALLEST_JOB } from '../threads/pool';

/** The largest block of a product that is one task. */
const TASK_ROWS: i32 = 128;
const TASK_COLUMNS: i32 = 256;

/** Computes all products of a {@link MatMul}. */
export function matMul(at: usize): void {
  const args = changetype<MatMul>(at);
  const work = <f64>args.count * <f64>args.rows * <f64>args.columns * <f64>args.depth;
  // Sums run over the depth, so that where the others are cut changes no result.
  const isLarge = hasThreads() && work / <f64>args.count >= SMALLEST_JOB;
  args.rowTasks = isLarge ? (args.rows + TASK_ROWS - 1) / TASK_ROWS : 1;
  args.columnTasks = isLarge ? (args.columns + TASK_COLUMNS - 1) / TASK_COLUMNS : 1;
  runTasks(MAT_MUL, at, args.count * args.rowTasks * args.columnTasks, work);
}
