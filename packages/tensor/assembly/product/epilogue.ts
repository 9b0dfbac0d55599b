// The reference is `linear` in src/kernels/product/linear.ts.
import { ActivationId, Elu, LeakyRelu, Relu, Silu, Softplus, Tanh } from '../simd/activation';
import { loadLanes, storeLanes } from '../simd/lanes';
import { sigmoid4, splat } from '../simd/simd-math';

/** The last step of a matrix product: `activation(product + bias)`. */
@unmanaged
export class Epilogue {
  /** One number for each column, or 0 for none. */
  bias: usize;
  activation: i32;
  /** The factor of negative numbers, where the activation is `LEAK`. */
  leak: f32;
  /** Whether the activation's input is stored for the gradient, and how many bytes behind the result. */
  hasResidual: i32;
  residualOffset: usize;
}

@unmanaged
class Linear {
  @inline apply(x: v128): v128 {
    return x;
  }
}

@unmanaged
class Relu6 {
  @inline apply(x: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, splat(0)), splat(6));
  }
}

@unmanaged
class Sigmoid {
  @inline apply(x: v128): v128 {
    return sigmoid4(x);
  }
}

@unmanaged
class Leak extends Epilogue {
  @inline apply(x: v128): v128 {
    return v128.bitselect(f32x4.mul(x, splat(this.leak)), x, f32x4.lt(x, splat(0)));
  }
}

/** Applies an epilogue to a whole product `[rows, columns]`. */
export function epilogue(at: usize, product: usize, rows: i32, columns: i32): void {
  epilogueBlock(changetype<Epilogue>(at), product, <usize>columns << 2, rows, 0, columns);
}

/** Applies an epilogue to a block of a product, whose first column is `column`. */
export function epilogueBlock(epilogue: Epilogue, block: usize, stride: usize, rows: i32, column: i32, columns: i32): void {
  const bias = epilogue.bias ? epilogue.bias + (<usize>column << 2) : 0;
  const activation = epilogue.activation;
  if (activation == ActivationId.Linear) epilogueAs<Linear>(epilogue, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Relu) epilogueAs<Relu>(epilogue, bias, block, stride, rows, columns);
  else if (activation == ActivationId.LeakyRelu) epilogueAs<LeakyRelu>(epilogue, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Elu) epilogueAs<Elu>(epilogue, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Silu) epilogueAs<Silu>(epilogue, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Softplus) epilogueAs<Softplus>(epilogue, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Tanh) epilogueAs<Tanh>(epilogue, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Relu6) epilogueAs<Relu6>(epilogue, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Sigmoid) epilogueAs<Sigmoid>(epilogue, bias, block, stride, rows, columns);
  else epilogueAs<Leak>(epilogue, bias, block, stride, rows, columns);
}

function epilogueAs<A>(epilogue: Epilogue, bias: usize, block: usize, stride: usize, rows: i32, columns: i32): void {
  const activation = changetype<A>(epilogue);
  const hasResidual = epilogue.hasResidual;
  const distance = epilogue.residualOffset;
  const whole = <usize>(columns & ~3) << 2;
  const pairs = whole & ~31;
  const rest = columns & 3;
  for (let row: i32 = 0; row < rows; row++) {
    let i: usize = 0;
    for (; i < pairs; i += 32) {
      let first = v128.load(block + i);
      let second = v128.load(block + i, 16);
      if (bias) {
        first = f32x4.add(first, v128.load(bias + i));
        second = f32x4.add(second, v128.load(bias + i, 16));
      }
      if (hasResidual) {
        v128.store(block + i + distance, first);
        v128.store(block + i + distance, second, 16);
      }
      first = activation.apply(first);
      second = activation.apply(second);
      v128.store(block + i, first);
      v128.store(block + i, second, 16);
    }
    for (; i < whole; i += 16) {
      let x = v128.load(block + i);
      if (bias) x = f32x4.add(x, v128.load(bias + i));
      if (hasResidual) v128.store(block + i + distance, x);
      v128.store(block + i, activation.apply(x));
    }
    if (rest) {
      const at = block + whole;
      let x = loadLanes(at, rest);
      if (bias) x = f32x4.add(x, loadLanes(bias + whole, rest));
      if (hasResidual) storeLanes(at + distance, x, rest);
      storeLanes(at, activation.apply(x), rest);
    }
    block += stride;
  }
}
