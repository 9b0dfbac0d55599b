import { ActivationId, Elu, LeakyRelu, Relu, Silu, Softplus, Tanh } from '../simd/activation';
import { lowerDoubles, upperDoubles } from '../simd/doubles';
import { loadLanes, storeLanes } from '../simd/lanes';
import { roundUp } from './block-size';
import { roundUp } from './block-size';

/** Going back through a hidden unit's nonlinearity and a bias. */
@unmanaged
export class EpilogueGradient {
  rows: i32;
  columns: i32;
  activation: i32;
  /** `[rows, columns]`: the cotangent of the results; the results or the activation's inputs, whichever its derivative follows from. */
  cotangent: usize;
  residual: usize;
  /** The gradients of the product `[rows, columns]` and of the bias `[columns]`; without a nonlinearity, only that of the bias. */
  product: usize;
  bias: usize;
  /** Place for the sums of each task in float64: {@link COLUMN_WORK_BYTES} for each column, their number rounded up to a multiple of 4. */
  work: usize;
}

/** The most tasks. */
const MOST_TASKS: i32 = 16;

/** The fewest numbers of a task, where there are several. */
const TASK_NUMBERS: i32 = 8192;

export const COLUMN_WORK_BYTES: usize = 8 * MOST_TASKS;

/**
 * The number of tasks that share the rows. It does not depend on the number of threads, so that sums do not. A task takes whole rows, since to go through memory in
 * order takes half the time of going through a few columns.
 */
export function epilogueGradientTasks(args: EpilogueGradient): i32 {
  return max(min(min(args.rows, MOST_TASKS), (args.rows * args.columns) / TASK_NUMBERS), 1);
}

export function epilogueGradientTask(at: usize, task: i32): void {
  const args = changetype<EpilogueGradient>(at);
  const tasks = epilogueGradientTasks(args);
  const taskRows = roundUp(args.rows, tasks) / tasks;
  const firstRow = min(task * taskRows, args.rows);
  const rows = min(taskRows, args.rows - firstRow);
  const totals = args.work + <usize>task * workStride(args);
  memory.fill(totals, 0, workStride(args));
  const activation = args.activation;
  if (activation == ActivationId.Linear) biasGradient(args, firstRow, rows, totals);
  else if (activation == ActivationId.Relu) epilogueGradientAs<Relu>(args, firstRow, rows, totals);
  else if (activation == ActivationId.LeakyRelu) epilogueGradientAs<LeakyRelu>(args, firstRow, rows, totals);
  else if (activation == ActivationId.Elu) epilogueGradientAs<Elu>(args, firstRow, rows, totals);
  else if (activation == ActivationId.Silu) epilogueGradientAs<Silu>(args, firstRow, rows, totals);
  else if (activation == ActivationId.Softplus) epilogueGradientAs<Softplus>(args, firstRow, rows, totals);
  else epilogueGradientAs<Tanh>(args, firstRow, rows, totals);
}

function biasGradient(args: EpilogueGradient, firstRow: i32, rows: i32, totals: usize): void {
  const whole = <usize>(args.columns & ~3) << 2;
  const rest = args.columns & 3;
  const stride = <usize>args.columns << 2;
  let cotangent = args.cotangent + <usize>firstRow * stride;
  for (let row: i32 = 0; row < rows; row++) {
    for (let i: usize = 0; i < whole; i += 16) addTo(totals + 2 * i, v128.load(cotangent + i));
    if (rest) addTo(totals + 2 * whole, loadLanes(cotangent + whole, rest));
    cotangent += stride;
  }
}

function epilogueGradientAs<A>(args: EpilogueGradient, firstRow: i32, rows: i32, totals: usize): void {
  const activation = changetype<A>(args);
  const whole = <usize>(args.columns & ~3) << 2;
  const pairs = whole & ~31;
  const rest = args.columns & 3;
  const stride = <usize>args.columns << 2;
  const offset = <usize>firstRow * stride;
  let cotangent = args.cotangent + offset;
  let residual = args.residual + offset;
  let product = args.product + offset;
  for (let row: i32 = 0; row < rows; row++) {
    let i: usize = 0;
    for (; i < pairs; i += 32) {
      const x = v128.load(residual + i);
      const y = v128.load(residual + i, 16);
      const first = f32x4.mul(v128.load(cotangent + i), activation.slope(x, x));
      const second = f32x4.mul(v128.load(cotangent + i, 16), activation.slope(y, y));
      v128.store(product + i, first);
      v128.store(product + i, second, 16);
      addTo(totals + 2 * i, first);
      addTo(totals + 2 * i + 32, second);
    }
    for (; i < whole; i += 16) {
      const x = v128.load(residual + i);
      const gradient = f32x4.mul(v128.load(cotangent + i), activation.slope(x, x));
      v128.store(product + i, gradient);
      addTo(totals + 2 * i, gradient);
    }
    if (rest) {
      const x = loadLanes(residual + whole, rest);
      const gradient = f32x4.mul(loadLanes(cotangent + whole, rest), activation.slope(x, x));
      storeLanes(product + whole, gradient, rest);
      addTo(totals + 2 * whole, gradient);
    }
    cotangent += stride;
    residual += stride;
    product += stride;
  }
}

/** Adds up the sums of so many tasks, and rounds them. */
export function storeBiasGradient(args: EpilogueGradient, tasks: i32): void {
  const stride = workStride(args);
  for (let j: i32 = 0; j < args.columns; j++) {
    let from = args.work + (<usize>j << 3);
    let total: f64 = 0;
    for (let task: i32 = 0; task < tasks; task++) {
      total += load<f64>(from);
      from += stride;
    }
    store<f32>(args.bias + (<usize>j << 2), <f32>total);
  }
}

/** Bytes from the sums of one task to those of the next. */
function workStride(args: EpilogueGradient): usize {
  return <usize>roundUp(args.columns, 4) << 3;
}

/** Adds four numbers to sums in float64. */
// @ts-ignore: decorator
@inline
function addTo(totals: usize, x: v128): void {
  v128.store(totals, f64x2.add(v128.load(totals), lowerDoubles(x)));
  v128.store(totals, f64x2.add(v128.load(totals, 16), upperDoubles(x)), 16);
}
