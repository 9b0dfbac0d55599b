import {
  abs,
  add,
  div,
  fill,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  minimum,
  mul,
  sub,
  type Tensor1D,
  tidy,
  where,
} from '@tensorflow/tfjs-core';

/** Values and derivatives of N functions, each at a place of its own: `[N]`. */
export interface ValueAndDerivative {
  readonly value: Tensor1D;
  readonly derivative: Tensor1D;
}

/** Whoever calls this relies on it: the tests count how many are needed. */
const ITERATIONS = 32;

/**
 * Solves `f(x) = y` for N increasing functions at once, each within a bracket `[low, high]` that holds its root: Newton's method, with a bisection
 * wherever a step would leave the bracket, which shrinks around the root, or the last step has not halved the smallest residual.
 *
 * The number of iterations is fixed, because to ask whether all are done would mean to read numbers back. Of all the places visited, the one
 * with the smallest residual is the result; it has no gradient.
 *
 * **Shapes**: y and the bracket `[N]`, result `[N]`.
 */
export function increasingRoot(
  f: (x: Tensor1D) => ValueAndDerivative,
  y: Tensor1D,
  bracket: { low: Tensor1D; high: Tensor1D },
): Tensor1D {
  const middle = mul(add(bracket.low, bracket.high), 0.5) as Tensor1D;
  let state = { ...bracket, x: middle, best: middle, error: fill(y.shape, Infinity) as Tensor1D };
  for (let i = 0; i < ITERATIONS; i++) {
    state = tidy(() => {
      const { value, derivative } = f(state.x);
      const residual = sub(value, y);
      const above = greater(residual, 0);
      const low = where(above, state.low, state.x);
      const high = where(above, state.x, state.high);
      const error = abs(residual);
      const newton = sub(state.x, div(residual, derivative));
      const inside = logicalAnd(greaterEqual(newton, low), lessEqual(newton, high));
      const fast = lessEqual(error, mul(state.error, 0.5));
      return {
        low,
        high,
        x: where(logicalAnd(inside, fast), newton, mul(add(low, high), 0.5)) as Tensor1D,
        best: where(less(error, state.error), state.x, state.best),
        error: minimum(error, state.error) as Tensor1D,
      };
    });
  }
  return state.best;
}
