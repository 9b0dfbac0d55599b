import type { Tensor } from '@tensorflow/tfjs-core';
import { affine, type Elementwise } from '../combinators/elementwise.js';

/**
 * Standardisation fitted from data: the fixed bijector `y = scale · x + loc` with the mean and the standard deviation of each column, to
 * stand at the data's end of a flow. Its inverse gives every column of the data mean 0 and variance 1, its forward puts the units
 * back, and its log-determinant keeps densities in the data's own units.
 *
 * **Shapes**: data `[...batch, D]`.
 *
 * **Numerics**: accumulated in float64, in two passes; the standard deviation is that of the population, over n.
 *
 * @throws Error if there are fewer than two rows, a number is not finite, or a column does not vary
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Chain, fitStandardization, maf } from '@pushforward/bijectors';
 *
 * const data = tf.tensor2d([[100, 1], [130, 2], [115, 3]]);
 * const flow = new Chain([maf({ dim: 2, hidden: [16], seed: 0 }), await fitStandardization(data)]);
 * console.log(await flow.inverse(tf.tensor1d([115, 3])).array()); // about [0, 1.2247]
 * ```
 */
export async function fitStandardization(data: Tensor): Promise<Elementwise> {
  const dim = data.shape.at(-1) ?? 0;
  const rows = dim === 0 ? 0 : data.size / dim;
  if (rows < 2)
    throw new Error(`fitStandardization: data must be [..., D] with at least two rows, got [${data.shape.join(', ')}]`);
  const values = await data.data();
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new Error(
      `fitStandardization: data must be finite, got ${values[wrong]} in row ${Math.floor(wrong / dim)}, column ${wrong % dim}`,
    );
  }
  const loc = meanOfColumns(dim, rows, (i) => values[i]);
  const variance = meanOfColumns(dim, rows, (i) => (values[i] - loc[i % dim]) ** 2);
  const constant = loc.findIndex((_, column) => isConstant(values, column, dim));
  if (constant >= 0)
    throw new Error(
      `fitStandardization: data must vary in every column, column ${constant} is ${values[constant]} throughout`,
    );
  return affine({ loc, scale: variance.map(Math.sqrt) });
}

function meanOfColumns(dim: number, rows: number, value: (index: number) => number): number[] {
  const sums = Array.from({ length: dim }, () => 0);
  for (let i = 0; i < rows * dim; i++) sums[i % dim] += value(i);
  return sums.map((sum) => sum / rows);
}

function isConstant(values: ArrayLike<number>, column: number, dim: number): boolean {
  for (let i = column; i < values.length; i += dim) if (values[i] !== values[column]) return false;
  return true;
}
