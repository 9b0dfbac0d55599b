// The reference is `activate` in src/kernels/activation.ts.
import { expm14, sigmoid4, softplus4, splat, tanh4 } from './simd-math';

// A nonlinearity is a class, so that every loop over one is compiled for it alone. The compiler turns a choice within a loop into code that
// computes them all. No instance is ever made: where a method is called, `this` is whatever the loop works on.

const LEAK: f32 = 0.01;

@unmanaged
export class Relu {
  @inline apply(x: v128): v128 {
    // The pseudo-maximum is one instruction, and lets NaN through.
    return f32x4.pmax(x, splat(0));
  }
  /** The derivative at x, where the value is y. */
  @inline slope(x: v128, y: v128): v128 {
    return v128.and(f32x4.gt(x, splat(0)), splat(1));
  }
}

@unmanaged
export class LeakyRelu {
  @inline apply(x: v128): v128 {
    return f32x4.pmax(x, f32x4.mul(x, splat(LEAK)));
  }
  @inline slope(x: v128, y: v128): v128 {
    return v128.bitselect(splat(1), splat(LEAK), f32x4.gt(x, splat(0)));
  }
}

@unmanaged
export class Elu {
  @inline apply(x: v128): v128 {
    return v128.bitselect(x, expm14(x), f32x4.gt(x, splat(0)));
  }
  @inline slope(x: v128, y: v128): v128 {
    return v128.bitselect(splat(1), f32x4.add(y, splat(1)), f32x4.gt(x, splat(0)));
  }
}

@unmanaged
export class Silu {
  @inline apply(x: v128): v128 {
    return f32x4.mul(x, sigmoid4(x));
  }
  @inline slope(x: v128, y: v128): v128 {
    const s = sigmoid4(x);
    return f32x4.mul(s, f32x4.add(splat(1), f32x4.mul(x, f32x4.sub(splat(1), s))));
  }
}

@unmanaged
export class Softplus {
  @inline apply(x: v128): v128 {
    return softplus4(x);
  }
  @inline slope(x: v128, y: v128): v128 {
    return sigmoid4(x);
  }
}

@unmanaged
export class Tanh {
  @inline apply(x: v128): v128 {
    return tanh4(x);
  }
  @inline slope(x: v128, y: v128): v128 {
    return f32x4.sub(splat(1), f32x4.mul(y, y));
  }
}

/** The numbers of all activations: hidden units have those from `Relu` to `Tanh`, products also the others. */
export enum ActivationId {
  Linear = -1,
  Relu,
  LeakyRelu,
  Elu,
  Silu,
  Softplus,
  Tanh,
  Relu6,
  Sigmoid,
  /** A leaky ReLU of any slope. */
  Leak,
}

/** Applies a hidden unit's nonlinearity to `count` numbers, a multiple of 4. */
export function activate(activation: i32, values: usize, reads: usize, count: i32): void {
  if (activation == ActivationId.Relu) activateAs<Relu>(values, reads, count);
  else if (activation == ActivationId.LeakyRelu) activateAs<LeakyRelu>(values, reads, count);
  else if (activation == ActivationId.Elu) activateAs<Elu>(values, reads, count);
  else if (activation == ActivationId.Silu) activateAs<Silu>(values, reads, count);
  else if (activation == ActivationId.Softplus) activateAs<Softplus>(values, reads, count);
  else activateAs<Tanh>(values, reads, count);
}

// Vectors are taken in pairs, of which V8 makes 256-bit ones; both are read before anything is written.

function activateAs<A>(values: usize, reads: usize, count: i32): void {
  const activation = changetype<A>(values);
  const end = <usize>count << 2;
  let at: usize = 0;
  for (; at + 16 < end; at += 32) {
    const first = activation.apply(v128.load(values + at));
    const second = activation.apply(v128.load(values + at, 16));
    v128.store(reads + at, first);
    v128.store(reads + at, second, 16);
  }
  if (at < end) v128.store(reads + at, activation.apply(v128.load(values + at)));
}

/** Multiplies `count` numbers by the nonlinearity's derivative at `values`, where it is `reads`. */
export function multiplySlopes(activation: i32, values: usize, reads: usize, target: usize, count: i32): void {
  if (activation == ActivationId.Relu) multiplySlopesAs<Relu>(values, reads, target, count);
  else if (activation == ActivationId.LeakyRelu) multiplySlopesAs<LeakyRelu>(values, reads, target, count);
  else if (activation == ActivationId.Elu) multiplySlopesAs<Elu>(values, reads, target, count);
  else if (activation == ActivationId.Silu) multiplySlopesAs<Silu>(values, reads, target, count);
  else if (activation == ActivationId.Softplus) multiplySlopesAs<Softplus>(values, reads, target, count);
  else multiplySlopesAs<Tanh>(values, reads, target, count);
}

function multiplySlopesAs<A>(values: usize, reads: usize, target: usize, count: i32): void {
  const activation = changetype<A>(values);
  const end = <usize>count << 2;
  let at: usize = 0;
  for (; at + 16 < end; at += 32) {
    const first = f32x4.mul(v128.load(target + at), activation.slope(v128.load(values + at), v128.load(reads + at)));
    const second = f32x4.mul(v128.load(target + at, 16), activation.slope(v128.load(values + at, 16), v128.load(reads + at, 16)));
    v128.store(target + at, first);
    v128.store(target + at, second, 16);
  }
  if (at < end) v128.store(target + at, f32x4.mul(v128.load(target + at), activation.slope(v128.load(values + at), v128.load(reads + at))));
}
