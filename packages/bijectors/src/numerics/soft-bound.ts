import { add, mul, type Tensor, tanh, unstack, zeros } from '@tensorflow/tfjs-core';
import { formatShape, toFloat } from '@pushforward/tensor';

/** Splits `[..., P]` into P tensors `[...]`. */
export function splitParameters(name: string, parameters: Tensor, count: number): Tensor[] {
  if (parameters.shape.at(-1) !== count) {
    throw new Error(`${name}: parameters must be [..., ${count}], got ${formatShape(parameters.shape)}`);
  }
  return unstack(toFloat(`${name}: parameters`, parameters), -1);
}

/** Gives a log-determinant that depends on the parameters alone the shape of the value it belongs to. */
export function shapedLike(logDet: Tensor, value: Tensor): Tensor {
  // Not broadcastTo, which gets empty shapes wrong, and whose gradient takes the result apart slice by slice.
  return formatShape(logDet.shape) === formatShape(value.shape) ? logDet : add(logDet, zeros(value.shape));
}

/**
 * `factor · bound · tanh(raw / bound)`: `factor · raw` near 0, within ±factor · bound everywhere, defined and differentiable for infinite
 * arguments too.
 */
export function softBound(raw: Tensor, bound: number, factor = 1): Tensor {
  return mul(tanh(mul(raw, 1 / bound)), factor * bound);
}
