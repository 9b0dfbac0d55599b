import {
  add,
  cast,
  concat,
  cumsum,
  customGrad,
  type GradSaveFunc,
  greaterEqual,
  mul,
  oneHot,
  pad,
  reshape,
  slice,
  softmax,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
  unstack,
} from '@tensorflow/tfjs-core';
import { checkInteger, checkNumber, formatValue, type SplineShape } from '@pushforward/tensor';
import { positive } from './positive.js';
import type { Bin } from './rational-quadratic.js';

/** @throws Error if a number is out of range */
export function checkSplineShape(name: string, { bins, bound, minWidth, minHeight, minDerivative }: SplineShape): void {
  checkInteger(`${name}: bins`, bins, 2);
  checkNumber(`${name}: bound`, bound, { above: 0 });
  for (const [option, value] of Object.entries({ minWidth, minHeight })) {
    if (typeof value !== 'number' || !(value > 0 && value * bins < 1)) throw new Error(`${name}: ${option} must be above 0 and below 1 / bins, got ${formatValue(value)}`);
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
  /** `[N, 2, K − 1]`: the inner knots' places on either axis. */
  readonly #innerKnots: Tensor3D;
  /** `[N, 6, K]`: of each bin, what {@link Bin} holds. */
  readonly #table: Tensor3D;

  constructor(raw: Tensor2D, { bins, bound, minWidth, minHeight, minDerivative }: SplineShape) {
    const [count, width] = raw.shape;
    const shares = softmax(reshape(slice(raw, [0, 0], [count, 2 * bins]), [count, 2, bins]));
    const minimums = [minWidth, minHeight];
    const scale = tensor2d(minimums.map((minimum) => [2 * bound * (1 - bins * minimum)]));
    const offset = tensor2d(minimums.map((minimum) => Array.from({ length: bins }, (_, k) => 2 * bound * minimum * k - bound)));
    const starts = add(mul(cumsum(shares, 2, true), scale), offset) as Tensor3D;
    this.#innerKnots = slice(starts, [0, 0, 1], [count, 2, bins - 1]);
    // A bin's end is its neighbour's start to the bit, and the last end is the bound.
    const ends = pad(this.#innerKnots, [[0, 0], [0, 0], [0, 1]], bound);

    const given = width - 2 * bins;
    const derivatives = reshape(positive(slice(raw, [0, 2 * bins], [count, given]), minDerivative), [count, 1, given]) as Tensor3D;
    const derivativesAtEnds =
      given === bins
        ? [derivatives, concat([slice(derivatives, [0, 0, 1], [count, 1, bins - 1]), slice(derivatives, [0, 0, 0], [count, 1, 1])], 2)]
        : [pad(derivatives, [[0, 0], [0, 0], [1, 0]], 1), pad(derivatives, [[0, 0], [0, 0], [0, 1]], 1)];
    this.#table = concat([starts, ends, ...derivativesAtEnds], 1);
  }

  /** For each of N numbers the bin that holds it, the last one for numbers beyond all; a knot belongs to the bin that it starts. */
  find(place: Tensor1D, axis: 'x' | 'y'): Bin {
    const [count, rows, bins] = this.#table.shape;
    // The choice is a constant to the gradient, as are the place and the knots when they are not among the arguments.
    const choose = customGrad((table: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
      const knots = slice(this.#innerKnots, [0, axis === 'x' ? 0 : 1, 0], [count, 1, bins - 1]);
      const passed = sum(greaterEqual(reshape(place, [count, 1, 1]), knots), 2);
      // Asked for floats, wasm's kernel writes the bits of integers.
      const chosen = cast(oneHot(passed, bins), 'float32');
      (save as GradSaveFunc)([chosen]);
      return {
        value: sum(mul(table as Tensor, chosen), 2),
        gradFunc: (dy, [chosen]) => mul(reshape(dy, [count, rows, 1]), chosen),
      };
    });
    const [x0, y0, x1, y1, derivative0, derivative1] = unstack(choose(this.#table), 1);
    return { x0, y0, x1, y1, derivative0, derivative1 };
  }
}
