import { MAT_MUL } from '../threads/kernel-ids';
import { MatMul } from '../product/mat-mul';
import { runTasks, SMALLEST_JOB, threadCount } from '../threads/pool';

/**
 * The most multiplications that are one task: two to four milliseconds. What another program delays a thread by, the others make up for; but each task packs
 * operands anew, so that tasks of a quarter take two threads 15 % longer at 1,024 rows.
 */
const LARGEST_TASK: f64 = 128_000_000;

/** Computes all products of a {@link MatMul}. */
export function matMul(at: usize): void {
  const args = changetype<MatMul>(at);
  const size = <f64>args.rows * <f64>args.columns * <f64>args.depth;
  const threads = threadCount();
  // Sums run over the depth, so that where the others are cut changes no result.
  const tasks = threads > 1 && size >= SMALLEST_JOB ? threads * <i32>Math.ceil(size / LARGEST_TASK / threads) : 1;
  args.rowTasks = bestRowTasks(args.rows, args.columns, tasks);
  args.columnTasks = tasks / args.rowTasks;
  runTasks(MAT_MUL, at, args.count * tasks, <f64>args.count * size);
}

/** Into how many the rows are cut for as many tasks: each task reads its part of both operands, and the larger parts are the less is read twice. */
function bestRowTasks(rows: i32, columns: i32, tasks: i32): i32 {
  let best: i32 = 1;
  let least: i64 = i64.MAX_VALUE;
  for (let rowTasks: i32 = 1; rowTasks <= tasks; rowTasks++) {
    if (tasks % rowTasks != 0) continue;
    const read = <i64>rows * (tasks / rowTasks) + <i64>columns * rowTasks;
    if (read < least) {
      best = rowTasks;
      least = read;
    }
  }
  return best;
}
