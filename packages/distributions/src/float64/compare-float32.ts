import { checkOptions } from '@pushforward/tensor';
import { tensor } from '@tensorflow/tfjs-core';
import type { MadeDensity } from '@pushforward/made';
import { Distribution } from '../contract/distribution.js';
import { float64Density, type Float64Options } from './float64-density.js';

/** Options of {@link compareFloat32}. */
export interface CompareOptions extends Float64Options {
  /** `rows × C` numbers, or C that hold for all rows. */
  context?: Float64Array;
}

/** Log-densities in both precisions, and by how much they differ. */
export interface PrecisionComparison {
  readonly float64: Float64Array;
  readonly float32: Float32Array;
  /** The largest of the absolute differences, in nats. */
  readonly max: number;
  /** Their median. */
  readonly median: number;
}

const CHUNK = 1024;

/**
 * How far the log-densities that a model gives in float32, on the backend at hand, are off those of {@link float64Density}. The difference is that of all: of x and
 * the context, which are rounded to float32 on the way to a tensor, and of the arithmetic.
 *
 * Rows of which both say the same infinity, or neither says a number, differ by 0.
 *
 * **Units**: nats.
 *
 * @throws Error as {@link float64Density} and its `logProb`
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { maf } from '@pushforward/bijectors';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 * import { compareFloat32 } from '@pushforward/distributions/float64';
 *
 * const flow = new Transformed(new StandardNormal(2), maf({ dim: 2, hidden: [16], seed: 0 }));
 * const { max, median } = await compareFloat32(flow, Float64Array.of(0.1, 0.2, 1, 2));
 * console.log(median <= max, max < 1e-5); // true true
 * ```
 */
export async function compareFloat32(
  density: Distribution | MadeDensity,
  x: Float64Array,
  options: CompareOptions = {},
): Promise<PrecisionComparison> {
  checkOptions('compareFloat32', options, ['context', 'formulas']);
  const { context, formulas } = options;
  const exact = await float64Density(density, { formulas });
  const { eventSize, contextDim } = exact;
  const float64 = exact.logProb(x, context);
  const rows = float64.length;
  const float32 = new Float32Array(rows);
  const event = density instanceof Distribution ? density.eventShape : [density.dim];
  for (let start = 0; start < rows; start += CHUNK) {
    const end = Math.min(start + CHUNK, rows);
    const part = tensor(Float32Array.from(x.subarray(start * eventSize, end * eventSize)), [end - start, ...event]);
    const given =
      context &&
      (context.length === contextDim
        ? tensor(Float32Array.from(context), [contextDim])
        : tensor(Float32Array.from(context.subarray(start * contextDim, end * contextDim)), [end - start, contextDim]));
    const logProb = density.logProb(part, given);
    float32.set(await logProb.data<'float32'>(), start);
    for (const used of [part, given, logProb]) used?.dispose();
  }
  return { float64, float32, ...differences(float64, float32) };
}

/**
 * The largest and the median absolute difference of two lists of log-densities; both 0 if they are empty. Equal infinities differ by 0, and so do two that are not
 * numbers.
 *
 * **Units**: nats.
 *
 * @example
 * ```ts
 * import { differences } from '@pushforward/distributions/float64';
 *
 * console.log(differences(Float64Array.of(-1, -2, -Infinity), [-1.5, -2.25, -Infinity])); // { max: 0.5, median: 0.25 }
 * ```
 */
export function differences(exact: Float64Array, other: ArrayLike<number>): { max: number; median: number } {
  const sorted = exact
    .map((value, i) => (Object.is(value, other[i]) || value === other[i] ? 0 : Math.abs(value - other[i])))
    .toSorted();
  if (sorted.length === 0) return { max: 0, median: 0 };
  const middle = (sorted.length - 1) / 2;
  return { max: sorted.at(-1)!, median: (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2 };
}
