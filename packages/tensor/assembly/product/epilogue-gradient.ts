import { ActivationId, Elu, LeakyRelu, Relu, Silu, Softplus, Tanh } from '../simd/activation';
import { lowerDoubles, upperDoubles } from '../simd/doubles';
import { loadLanes, storeLanes } from '../simd/lanes';

/** Going back through a hidden unit's nonlinearity and a bias. */
@unmanaged
export class EpilogueGradient {
  rows: i32;
  columns: i32;
  activation: i32;
  /** `[rows, columns]`: the cotangent of the results; the results or the activation's inputs, whichever its derivative follows from. */
  cotangent: usize;
  residual: usize;
  /** The gradients of the product `[rows, columns]` and of the bias `[columns]`. */
  product: usize;
  bias: usize;
  /** Place for {@link TASK_COLUMNS} sums in float64, once for each thread. */
  work: usize;
}

/** Columns of one task, a multiple of 4: with half as many, rows a power of two apart take twice the time. */
export const TASK_COLUMNS: i32 = 64;

/** Bytes of working memory that a thread needs. */
export const WORK_BYTES: usize = 8 * TASK_COLUMNS;

export function epilogueGradientTask(at: usize, task: i32, thread: i32): void {
  const args = changetype<EpilogueGradient>(at);
  const activation = args.activation;
  if (activation == ActivationId.Relu) epilogueGradientAs<Relu>(args, task, thread);
  else if (activation == ActivationId.LeakyRelu) epilogueGradientAs<LeakyRelu>(args, task, thread);
  else if (activation == ActivationId.Elu) epilogueGradientAs<Elu>(args, task, thread);
  else if (activation == ActivationId.Silu) epilogueGradientAs<Silu>(args, task, thread);
  else if (activation == ActivationId.Softplus) epilogueGradientAs<Softplus>(args, task, thread);
  else epilogueGradientAs<Tanh>(args, task, thread);
}

function epilogueGradientAs<A>(args: EpilogueGradient, task: i32, thread: i32): void {
  const activation = changetype<A>(args);
  const totals = args.work + <usize>thread * WORK_BYTES;
  const first = task * TASK_COLUMNS;
  const columns = min(TASK_COLUMNS, args.columns - first);
  const whole = <usize>(columns & ~3) << 2;
  const pairs = whole & ~31;
  const rest = columns & 3;
  const stride = <usize>args.columns << 2;
  let cotangent = args.cotangent + (<usize>first << 2);
  let residual = args.residual + (<usize>first << 2);
  let product = args.product + (<usize>first << 2);
  memory.fill(totals, 0, WORK_BYTES);
  for (let row: i32 = 0; row < args.rows; row++) {
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
  for (let j: i32 = 0; j < columns; j++) store<f32>(args.bias + (<usize>(first + j) << 2), <f32>load<f64>(totals + (<usize>j << 3)));
}

/** Adds four numbers to sums in float64. */
// @ts-ignore: decorator
@inline
function addTo(totals: usize, x: v128): void {
  v128.store(totals, f64x2.add(v128.load(totals), lowerDoubles(x)));
  v128.store(totals, f64x2.add(v128.load(totals, 16), upperDoubles(x)), 16);
}
