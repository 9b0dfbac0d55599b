import {
  abs,
  all,
  div,
  equal,
  greater,
  greaterEqual,
  isFinite,
  lessEqual,
  logicalAnd,
  logicalOr,
  reshape,
  round,
  scalar,
  sub,
  sum,
  type Tensor,
  tidy,
  util,
} from '@tensorflow/tfjs-core';
import { sumTrailing, toFloat, where } from '@pushforward/tensor';
import { type Parameter, toTensor } from './parameter.js';

/** The support of a distribution: outside of it the log-probability is −∞. */
export interface Support {
  /** As it stands in a sentence, such as `integers from 0 to 1`. */
  readonly description: string;
  /** Whether its events can be counted, so that they have probabilities rather than densities. */
  readonly isDiscrete: boolean;
  /**
   * Whether each event of x is one: bool, without the event axes. NaN is not.
   *
   * @param context of a distribution that takes one
   */
  contains(x: Tensor, context?: Tensor): Tensor;
}

/**
 * Every finite number, in events of `eventRank` axes.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { reals } from '@pushforward/distributions';
 *
 * console.log(await reals(1).contains(tf.tensor2d([[1, 2], [1, Infinity]])).array()); // [ 1, 0 ]
 * ```
 */
export function reals(eventRank = 0): Support {
  return {
    description: 'real numbers',
    isDiscrete: false,
    contains: (x) => tidy(() => allOfEvent(isFinite(toFloat('reals: x', x)), eventRank)),
  };
}

/**
 * Every finite number above 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { positiveReals } from '@pushforward/distributions';
 *
 * console.log(await positiveReals().contains(tf.tensor1d([-1, 0, 2, Infinity])).array()); // [ 0, 0, 1, 0 ]
 * ```
 */
export function positiveReals(): Support {
  return {
    description: 'positive real numbers',
    isDiscrete: false,
    contains: (x) =>
      tidy(() => {
        const numbers = toFloat('positiveReals: x', x);
        return logicalAnd(isFinite(numbers), greater(numbers, 0));
      }),
  };
}

/**
 * Vectors of `size` numbers of which one is 1 and the others are 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { oneHotVectors } from '@pushforward/distributions';
 *
 * console.log(await oneHotVectors(2).contains(tf.tensor2d([[0, 1], [1, 1], [0.5, 0.5]])).array()); // [ 1, 0, 0 ]
 * ```
 */
export function oneHotVectors(size: number): Support {
  return {
    description: `vectors of ${size} numbers of which one is 1 and the others are 0`,
    isDiscrete: true,
    contains: (x) =>
      tidy(() => {
        const numbers = toFloat('oneHotVectors: x', x);
        const isBit = logicalOr(equal(numbers, 0), equal(numbers, 1));
        return logicalAnd(allOfEvent(isBit, 1), equal(sum(numbers, -1), 1));
      }),
  };
}

/**
 * Numbers from `low` to `high`, both included.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { interval } from '@pushforward/distributions';
 *
 * const { contains, description } = interval(0, 1);
 * console.log(description, await contains(tf.tensor1d([0, 1, 2])).array()); // numbers from 0 to 1 [ 1, 1, 0 ]
 * ```
 */
export function interval(low: Parameter, high: Parameter): Support {
  return {
    description: `numbers from ${shown(low)} to ${shown(high)}`,
    isDiscrete: false,
    contains: (x) => tidy(() => logicalAnd(lessEqual(toTensor(low), x), lessEqual(x, toTensor(high)))),
  };
}

/** The largest rounding error of a number of a grid, in steps. */
const GRID_TOLERANCE = 1e-3;

/**
 * `low, low + step, …, high`, up to a thousandth of a step for rounding.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { grid } from '@pushforward/distributions';
 *
 * const { contains, description } = grid(0, 9, 1);
 * console.log(description, await contains(tf.tensor1d([3, 3.5, 10])).array()); // integers from 0 to 9 [ 1, 0, 0 ]
 * ```
 */
export function grid(low: number, high: number, step: number): Support {
  const name = Number.isInteger(low) && step === 1 ? 'integers' : `steps of ${step}`;
  return {
    description: `${name} from ${low} to ${high}`,
    isDiscrete: true,
    contains: (x) =>
      tidy(() => {
        const bin = div(sub(toFloat('grid: x', x), low), step);
        const isOnGrid = lessEqual(abs(sub(bin, round(bin))), GRID_TOLERANCE);
        return logicalAnd(isOnGrid, logicalAnd(greaterEqual(bin, -0.5), lessEqual(bin, (high - low) / step + 0.5)));
      }),
  };
}

/**
 * Events made of several of `part`, along the last `rank` axes of its batch.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { interval, product } from '@pushforward/distributions';
 *
 * console.log(await product(interval(0, 1), 1).contains(tf.tensor2d([[0, 1], [0, 2]])).array()); // [ 1, 0 ]
 * ```
 */
export function product(part: Support, rank: number): Support {
  return {
    description: `${part.description}, each`,
    isDiscrete: part.isDiscrete,
    contains: (x, context) => tidy(() => allOfEvent(part.contains(x, context), rank)),
  };
}

function allOfEvent(isIn: Tensor, eventRank: number): Tensor {
  if (eventRank === 0) return isIn;
  const batch = isIn.shape.slice(0, isIn.rank - eventRank);
  return all(reshape(isIn, [...batch, util.sizeFromShape(isIn.shape.slice(batch.length))]), -1);
}

function shown(parameter: Parameter): string {
  return typeof parameter === 'number' ? String(parameter) : 'a bound';
}

/**
 * The log-probability of events of the support, −∞ of others, NaN of those with NaN.
 *
 * @param logProb what a formula gave for each event of x, which may be anything outside the support
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { interval, restrictTo } from '@pushforward/distributions';
 *
 * const logProb = restrictTo(interval(0, 1), tf.tensor1d([0.5, 2, NaN]), tf.zeros([3]));
 * console.log(await logProb.array()); // [ 0, -Infinity, NaN ]
 * ```
 */
export function restrictTo(support: Support, x: Tensor, logProb: Tensor): Tensor {
  return tidy(() => {
    const isIn = support.contains(x);
    // Of a number, the support may have the axes of its bounds besides.
    const eventRank = Math.max(0, x.rank - isIn.rank);
    const size = sumTrailing(abs(toFloat('restrictTo: x', x)), eventRank);
    return where(isIn, logProb, sub(scalar(-Infinity), size));
  });
}
