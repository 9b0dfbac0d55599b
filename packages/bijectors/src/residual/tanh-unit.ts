import { abs, add, log, mul, square, sub, type Tensor, type Tensor1D, tanh } from '@tensorflow/tfjs-core';
import { implicitRoot } from '../numerics/implicit-root.js';
import type { ValueAndDerivative } from '../numerics/increasing-root.js';

/** The smallest derivative of a unit, which bounds how far the inverse magnifies rounding. */
export const MIN_SLOPE = 1e-3;

/**
 * The derivative of `a + (slope − 1)·tanh(a)`, given `h = tanh(a)`: 1 in the tails, `slope` at 0, and between them everywhere.
 *
 * As a sum of positive terms it keeps its digits where the slope is close to 0.
 */
function tanhUnitDerivative(h: Tensor, slope: Tensor): Tensor {
  const squared = square(h);
  return add(squared, mul(sub(1, squared), slope));
}

/** The logarithm of {@link tanhUnitDerivative}. */
export function logTanhUnitDerivative(h: Tensor, slope: Tensor): Tensor {
  return log(tanhUnitDerivative(h, slope));
}

/**
 * Solves `a + (slope − 1)·tanh(a) = k` for a, with gradients: what inverts planar and Sylvester flows.
 *
 * **Shapes**: k `[N]`, slope `[]` or `[1]` and above 0, result `[N]`.
 */
export function invertTanhUnit(k: Tensor1D, slope: Tensor): Tensor1D {
  return implicitRoot(evaluate, bracket, k, [slope]);
}

function evaluate(a: Tensor1D, [slope]: readonly Tensor[]): ValueAndDerivative {
  const h = tanh(a);
  return { value: add(a, mul(sub(slope, 1), h)), derivative: tanhUnitDerivative(h, slope) as Tensor1D };
}

/** |tanh| is below 1. */
function bracket(k: Tensor1D, [slope]: readonly Tensor[]): { low: Tensor1D; high: Tensor1D } {
  const reach = abs(sub(slope, 1));
  return { low: sub(k, reach), high: add(k, reach) };
}
