import { customGrad, type GradSaveFunc, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../arguments/to-float.js';

/**
 * Applies a function of one tensor whose gradient is written by hand: `value(x)` going forward, `gradient(dy, x)` going back.
 *
 * **Shapes**: `gradient` returns the shape of `x`.
 *
 * @param name what errors call x, as `erf: x`
 */
export function withGradient(
  name: string,
  x: Tensor,
  value: (x: Tensor) => Tensor,
  gradient: (dy: Tensor, x: Tensor) => Tensor,
): Tensor {
  const operation = customGrad((x: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
    (save as GradSaveFunc)([x as Tensor]);
    return { value: value(x as Tensor), gradFunc: (dy, [x]) => gradient(dy, x) };
  });
  return tidy(() => operation(toFloat(name, x)));
}
