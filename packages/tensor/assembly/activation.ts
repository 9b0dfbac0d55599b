import { sigmoid4, softplus4, splat, tanh4 } from './simd-math';

// In the order of the TypeScript side's list.
const RELU: i32 = 0;
const LEAKY_RELU: i32 = 1;
const ELU: i32 = 2;
const SILU: i32 = 3;
const SOFTPLUS: i32 = 4;

const LEAK: f32 = 0.01;

/** Applies a hidden unit's nonlinearity to `count` numbers, a multiple of 4. */
export function activate(activation: i32, values: usize, reads: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i += 4) {
    v128.store(reads, activation4(activation, v128.load(values)));
    values += 16;
    reads += 16;
  }
}

/** Multiplies `count` numbers by the nonlinearity's derivative at `values`, where it is `reads`. */
export function multiplySlopes(activation: i32, values: usize, reads: usize, target: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i += 4) {
    v128.store(target, f32x4.mul(v128.load(target), slope4(activation, v128.load(values), v128.load(reads))));
    values += 16;
    reads += 16;
    target += 16;
  }
}

// @ts-ignore: decorator
@inline
function activation4(activation: i32, x: v128): v128 {
  if (activation == RELU) return f32x4.max(x, splat(0));
  if (activation == LEAKY_RELU) return f32x4.max(x, f32x4.mul(x, splat(LEAK)));
  if (activation == ELU) {
    // eˣ − 1 = 2t / (1 − t) with t = tanh(x/2), which does not cancel near 0.
    const t = tanh4(f32x4.mul(f32x4.min(x, splat(0)), splat(0.5)));
    return v128.bitselect(x, f32x4.div(f32x4.add(t, t), f32x4.sub(splat(1), t)), f32x4.gt(x, splat(0)));
  }
  if (activation == SILU) return f32x4.mul(x, sigmoid4(x));
  if (activation == SOFTPLUS) return softplus4(x);
  return tanh4(x);
}

// @ts-ignore: decorator
@inline
function slope4(activation: i32, x: v128, y: v128): v128 {
  const isPositive = f32x4.gt(x, splat(0));
  if (activation == RELU) return v128.and(isPositive, splat(1));
  if (activation == LEAKY_RELU) return v128.bitselect(splat(1), splat(LEAK), isPositive);
  if (activation == ELU) return v128.bitselect(splat(1), f32x4.add(y, splat(1)), isPositive);
  if (activation == SILU) {
    const s = sigmoid4(x);
    return f32x4.mul(s, f32x4.add(splat(1), f32x4.mul(x, f32x4.sub(splat(1), s))));
  }
  if (activation == SOFTPLUS) return sigmoid4(x);
  return f32x4.sub(splat(1), f32x4.mul(y, y));
}
