import { customGrad, type GradSaveFunc, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Applies a function of one tensor whose gradient is written by hand: `value(x)` going forward, `gradient(dy, x)` going back.
 *
 * **Shapes**: `gradient` returns the shape of `x`.
 */
export function withGradient(x: Tensor, value: (x: Tensor) => Tensor, gradient: (dy: Tensor, x: Tensor) => Tensor): Tensor {
  const operation = customGrad((x: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
    (save as GradSaveFunc)([x as Tensor]);
    return { value: value(x as Tensor), gradFunc: (dy, [x]) => gradient(dy, x) };
  });
  return operation(x);
}
