import { ActivationId, Elu, LeakyRelu, Relu, Silu, Softplus, Tanh } from '../simd/activation';
import { loadLanes, storeLanes } from '../simd/lanes';
import { sigmoid4, splat } from '../simd/simd-math';

/** What becomes of a matrix product: `activation(product + bias)`. */
@unmanaged
export class Epilogue {
  /** One number for each column, or 0 for none. */
  bias: usize;
  activation: i32;
  /** The factor of negative numbers, where the activation is `LEAK`. */
  leak: f32;
  /** Whether what the activation is given is kept, and how many bytes behind its result. */
  keeps: i32;
  keptDistance: usize;
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

/** Finishes a whole product `[rows, columns]`. */
export function finish(at: usize, product: usize, rows: i32, columns: i32): void {
  finishBlock(changetype<Epilogue>(at), product, <usize>columns << 2, rows, 0, columns);
}

/** Finishes a block of a product, whose first column is `column`. */
export function finishBlock(finish: Epilogue, block: usize, stride: usize, rows: i32, column: i32, columns: i32): void {
  const bias = finish.bias ? finish.bias + (<usize>column << 2) : 0;
  const activation = finish.activation;
  if (activation == ActivationId.Linear) finishAs<Linear>(finish, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Relu) finishAs<Relu>(finish, bias, block, stride, rows, columns);
  else if (activation == ActivationId.LeakyRelu) finishAs<LeakyRelu>(finish, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Elu) finishAs<Elu>(finish, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Silu) finishAs<Silu>(finish, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Softplus) finishAs<Softplus>(finish, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Tanh) finishAs<Tanh>(finish, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Relu6) finishAs<Relu6>(finish, bias, block, stride, rows, columns);
  else if (activation == ActivationId.Sigmoid) finishAs<Sigmoid>(finish, bias, block, stride, rows, columns);
  else finishAs<Leak>(finish, bias, block, stride, rows, columns);
}

function finishAs<A>(finish: Epilogue, bias: usize, block: usize, stride: usize, rows: i32, columns: i32): void {
  const activation = changetype<A>(finish);
  const keeps = finish.keeps;
  const distance = finish.keptDistance;
  const whole = <usize>(columns & ~3) << 2;
  const rest = columns & 3;
  for (let row: i32 = 0; row < rows; row++) {
    for (let i: usize = 0; i < whole; i += 16) {
      let x = v128.load(block + i);
      if (bias) x = f32x4.add(x, v128.load(bias + i));
      if (keeps) v128.store(block + i + distance, x);
      v128.store(block + i, activation.apply(x));
    }
    if (rest) {
      const at = block + whole;
      let x = loadLanes(at, rest);
      if (bias) x = f32x4.add(x, loadLanes(bias + whole, rest));
      if (keeps) storeLanes(at + distance, x, rest);
      storeLanes(at, activation.apply(x), rest);
    }
    block += stride;
  }
}
