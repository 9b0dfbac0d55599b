import {
  add,
  cast,
  concat,
  cumsum,
  customGrad,
  div,
  type GradSaveFunc,
  greaterEqual,
  mul,
  oneHot,
  pad,
  reshape,
  round,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  unstack,
} from '@tensorflow/tfjs-core';
import { checkInteger, checkNumber, formatValue, type SplineShape } from '@pushforward/tensor';
import { positive } from '../../numerics/positive.js';
import type { Bin } from './rational-quadratic.js';

/** @throws Error if a number is out of range */
export function checkSplineShape(name: string, { bins, bound, minWidth, minHeight, minDerivative }: SplineShape): void {
  checkInteger(`${name}: bins`, bins, 2);
  checkNumber(`${name}: bound`, bound, { above: 0 });
  for (const [option, value] of Object.entries({ minWidth, minHeight })) {
    if (typeof value !== 'number' || !(value > 0 && value * bins < 1))
      throw new Error(`${name}: ${option} must be above 0 and below 1 / bins, got ${formatValue(value)}`);
  }
  checkNumber(`${name}: minDerivative`, minDerivative, { above: 0, below: 1 });
}

/**
 * All bins of N splines, and how to find one of them.
 *
 * **Shapes**: the raw parameters `[N, 2K + K − 1]` or, where the spline is periodic, `[N, 3K]`: K widths and K heights before their
 * softmax, then the derivatives at the inner knots, or at the first knot of every bin.
 */
export class SplineBins {
  /** `[N, 2, K − 1]`: the inner knots' places on either axis, and what their rounding left. */
  readonly #innerKnots: Tensor3D;
  readonly #innerLow: Tensor3D;
  /** `[N, 10, K]`: of each bin, what {@link Bin} holds. */
  readonly #table: Tensor3D;

  constructor(raw: Tensor2D, { bins, bound, minWidth, minHeight, minDerivative }: SplineShape) {
    const [count, width] = raw.shape;
    const shares = softmax(reshape(slice(raw, [0, 0], [count, 2 * bins]), [count, 2, bins]));
    const minimums = tensor2d([[minWidth], [minHeight]]);
    const sizes = mul(add(mul(shares, sub(1, mul(minimums, bins))), minimums), 2 * bound);
    const { knots, low, end, endLow } = addUp(sizes as Tensor3D, bound);
    this.#innerKnots = slice(knots, [0, 0, 1], [count, 2, bins - 1]);
    this.#innerLow = slice(low, [0, 0, 1], [count, 2, bins - 1]);
    // A bin's end is its neighbour's start bit for bit, and the last end is the bound.
    const ends = pad(
      this.#innerKnots,
      [
        [0, 0],
        [0, 0],
        [0, 1],
      ],
      end,
    );
    const endsLow = pad(
      this.#innerLow,
      [
        [0, 0],
        [0, 0],
        [0, 1],
      ],
      endLow,
    );

    const given = width - 2 * bins;
    const derivatives = reshape(positive(slice(raw, [0, 2 * bins], [count, given]), minDerivative), [
      count,
      1,
      given,
    ]) as Tensor3D;
    const derivativesAtEnds =
      given === bins
        ? [
            derivatives,
            concat(
              [slice(derivatives, [0, 0, 1], [count, 1, bins - 1]), slice(derivatives, [0, 0, 0], [count, 1, 1])],
              2,
            ),
          ]
        : [
            pad(
              derivatives,
              [
                [0, 0],
                [0, 0],
                [1, 0],
              ],
              1,
            ),
            pad(
              derivatives,
              [
                [0, 0],
                [0, 0],
                [0, 1],
              ],
              1,
            ),
          ];
    this.#table = concat([knots, low, ends, endsLow, ...derivativesAtEnds], 1);
  }

  /** For each of N numbers the bin that holds it, the last one for numbers beyond all; a knot belongs to the bin that it starts. */
  find(place: Tensor1D, axis: 'x' | 'y'): Bin {
    const [count, rows, bins] = this.#table.shape;
    // The choice is a constant to the gradient, as are the place and the knots when they are not among the arguments.
    const choose = customGrad((table: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
      const ofAxis = (knots: Tensor3D) => slice(knots, [0, axis === 'x' ? 0 : 1, 0], [count, 1, bins - 1]);
      const beyond = sub(reshape(place, [count, 1, 1]), ofAxis(this.#innerKnots));
      const passed = sum(greaterEqual(beyond, ofAxis(this.#innerLow)), 2);
      // Asked for floats, wasm's kernel writes the bits of integers.
      const chosen = cast(oneHot(passed, bins), 'float32');
      (save as GradSaveFunc)([chosen]);
      return {
        value: sum(mul(table as Tensor, chosen), 2),
        gradFunc: (dy, [chosen]) => mul(reshape(dy, [count, rows, 1]), chosen),
      };
    });
    const [x0, y0, x0Low, y0Low, x1, y1, x1Low, y1Low, derivative0, derivative1] = unstack(choose(this.#table), 1);
    return { x0, y0, x0Low, y0Low, x1, y1, x1Low, y1Low, derivative0, derivative1 };
  }
}

/**
 * The knots that begin bins of the given sizes, `[N, 2, K]`, from −bound to bound: each as a float32 and what that leaves, since a bin may be
 * so narrow, and its neighbours so steep, that the last digit of a knot matters.
 *
 * Sizes are split into multiples of a power of 2, whose sums float32 holds exactly, and small rests. All are then scaled so that together
 * they are as wide as the interval to the last of these digits.
 */
function addUp(sizes: Tensor3D, bound: number): { knots: Tensor3D; low: Tensor3D; end: number; endLow: number } {
  const unit = 2 ** (Math.ceil(Math.log2(2 * bound)) - 22);
  const end = Math.round(bound / unit) * unit;
  const endLow = Math.fround(bound) - end;
  // Rounding has no gradient: the gradient of the sizes goes with the remainders.
  const whole = mul(round(div(sizes, unit)), unit);
  const rest = sub(sizes, whole);
  const excess = add(sub(sum(whole, 2, true), 2 * end), sub(sum(rest, 2, true), 2 * endLow));
  const before = cumsum(whole, 2, true);
  const low = sub(cumsum(rest, 2, true), mul(excess, div(before, 2 * bound)));
  return { knots: sub(before, end), low: sub(low, endLow), end, endLow };
}
