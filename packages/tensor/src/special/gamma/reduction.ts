import { greaterEqual, less, scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import { where } from '../../arrays/where.js';

/** The x from which on series in 1/x are used. */
export const LARGE = 3;

/** A positive x as the gamma functions are computed from it: near 0 from t, beyond {@link LARGE} from `large`. */
export interface Reduction {
  /** bool: whether x is at least {@link LARGE}. */
  readonly isLarge: Tensor;
  /** x where it is large, {@link LARGE} elsewhere. */
  readonly large: Tensor;
  /** x, x − 1 or x − 2, between 0 and 1, exactly. */
  readonly t: Tensor;
  /** −1, 0 or 1: how many times Γ(x) has the factor `place` beyond those of Γ(1 + t). */
  readonly count: Tensor;
  /** x where that is −1, x − 1 where it is 1; 1 elsewhere. */
  readonly place: Tensor;
}

/**
 * `Γ(x) = Γ(1 + t) · placeᶜᵒᵘⁿᵗ` with t in [0, 1] for x below {@link LARGE}. What is computed for the other side is given numbers of its own range,
 * so that no gradient of the side not taken is infinite; NaN counts as small, and stays.
 */
export function reduce(x: Tensor): Reduction {
  const isLarge = greaterEqual(x, LARGE);
  const small = where(isLarge, scalar(1), x);
  const [isBelowOne, isBelowTwo] = [less(small, 1), less(small, 2)];
  const choose = (below: Tensor, middle: Tensor, above: Tensor) =>
    where(isBelowOne, below, where(isBelowTwo, middle, above));
  return {
    isLarge,
    large: where(isLarge, x, scalar(LARGE)),
    t: choose(small, sub(small, 1), sub(small, 2)),
    count: choose(scalar(-1), scalar(0), scalar(1)),
    place: choose(small, scalar(1), sub(small, 1)),
  };
}
