import { reshape, type Tensor, type Tensor2D, transpose } from '@tensorflow/tfjs-core';

/** Which numbers of a tensor are reduced to one, as rows of a matrix. */
export interface Reduction {
  /** The number of results. */
  readonly outer: number;
  /** The number of entries behind one result. */
  readonly count: number;
  /** The shape of the result. */
  readonly shape: number[];
  /** That shape with a size of 1 on every reduced axis, so that it broadcasts to the input. */
  readonly keptShape: number[];
  /** The input as a matrix `[outer, count]`. */
  toRows(x: Tensor): Tensor2D;
  /** A matrix `[outer, count]` as a tensor of the input's shape. */
  fromRows(rows: Tensor): Tensor;
}

/**
 * Plans a reduction over axes, negative ones counted from the last.
 *
 * @param name what the caller is called, as `logSumExp`
 * @param axis default: all
 * @throws Error if an axis is not one of `shape`
 */
export function reduction(
  name: string,
  shape: readonly number[],
  axis: number | readonly number[] | undefined,
  keepDims: boolean,
): Reduction {
  const rank = shape.length;
  const all = shape.map((_, i) => i);
  const reduced = axis === undefined ? all : [axis].flat().map((value) => (value < 0 ? value + rank : value));
  if (!reduced.every((value) => all.includes(value))) {
    throw new Error(`${name}: axis must be integers from ${-rank} to ${rank - 1}, got ${String(axis)}`);
  }
  const order = [...all.filter((i) => !reduced.includes(i)), ...all.filter((i) => reduced.includes(i))];
  const inPlace = order.every((value, i) => value === i);
  const size = (axes: number[]) => axes.reduce((product, i) => product * shape[i], 1);
  const outer = size(all.filter((i) => !reduced.includes(i)));
  const count = size(all.filter((i) => reduced.includes(i)));
  const keptShape = shape.map((value, i) => (reduced.includes(i) ? 1 : value));
  return {
    outer,
    count,
    shape: keepDims ? keptShape : shape.filter((_, i) => !reduced.includes(i)),
    keptShape,
    toRows: (x) => reshape(inPlace ? x : transpose(x, order), [outer, count]),
    fromRows: (rows) =>
      inPlace
        ? reshape(rows, shape as number[])
        : transpose(
            reshape(
              rows,
              order.map((i) => shape[i]),
            ),
            all.map((i) => order.indexOf(i)),
          ),
  };
}
