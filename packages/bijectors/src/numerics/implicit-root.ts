import {
  customGrad,
  div,
  type GradSaveFunc,
  neg,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { isInNestedGradient, vjp } from '@pushforward/tensor';
import { increasingRoot, type ValueAndDerivative } from './increasing-root.js';

/**
 * The root x of `f(x; p) = y` for N increasing functions at once, found by {@link increasingRoot}, with the gradient of the implicit
 * function: `∂x/∂y = 1/f′(x)` and `∂x/∂p = −∂f/∂p / f′(x)`, exact and independent of the steps taken.
 *
 * Only the parameters get a gradient, not what `f` closes over.
 *
 * **Shapes**: y and result `[N]`.
 *
 * @param bracket between which places the root of each function is
 */
export function implicitRoot<P extends readonly Tensor[]>(
  f: (x: Tensor1D, parameters: P) => ValueAndDerivative,
  bracket: (y: Tensor1D, parameters: P) => { low: Tensor1D; high: Tensor1D },
  y: Tensor1D,
  parameters: P,
): Tensor1D {
  if (isInNestedGradient()) return differentiableRoot(f, bracket, y, parameters);
  const operation = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const save = args.pop() as GradSaveFunc;
    const [y, ...rest] = args as Tensor[];
    const given = rest as readonly Tensor[] as P;
    const x = increasingRoot((x) => f(x, given), y as Tensor1D, bracket(y as Tensor1D, given));
    save([x, ...given]);
    return {
      value: x,
      gradFunc: (dx: Tensor, [root, ...saved]: Tensor[]) => {
        const x = root as Tensor1D;
        const dy = div(dx, f(x, saved as readonly Tensor[] as P).derivative);
        return [dy, ...vjp((...given) => f(x, given as readonly Tensor[] as P).value, saved, [neg(dy)])];
      },
    };
  });
  return operation(y, ...parameters);
}

/**
 * The same by operations that can be differentiated again: two steps of Newton's method from the root. Each squares the error, so that as a
 * function of y and the parameters the result agrees with the root up to the third derivatives.
 */
function differentiableRoot<P extends readonly Tensor[]>(
  ...[f, bracket, y, parameters]: Parameters<typeof implicitRoot<P>>
): Tensor1D {
  return tidy(() => {
    const constant = customGrad(() => ({
      value: increasingRoot((x) => f(x, parameters), y, bracket(y, parameters)),
      gradFunc: () => [y, ...parameters].map((input) => zerosLike(input)),
    }));
    let x = constant(y, ...parameters);
    for (let step = 0; step < 2; step++) {
      const { value, derivative } = f(x, parameters);
      x = sub(x, div(sub(value, y), derivative));
    }
    return x;
  });
}
