import { sizeOf } from '../../arguments/size-of.js';
/** Numbers in float64, in row-major order: what an operation is compared with. */
export interface Float64 {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Every index of a shape, in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return index;
  });
}

export function at({ shape, values }: Float64, index: readonly number[]): number {
  return values[index.reduce((flat, i, axis) => flat * shape[axis] + i, 0)];
}

/** An array from its shape and what stands at each index. */
export function build(shape: readonly number[], value: (index: number[]) => number): Float64 {
  return { shape, values: indicesOf(shape).map(value) };
}

/** Numbers of float32 spread over [low, high], none twice and none in order. */
export function spread(shape: readonly number[], low = -2, high = 2, start = 0): Float64 {
  const golden = (Math.sqrt(5) - 1) / 2;
  const values = Array.from({ length: sizeOf(shape) }, (_, i) =>
    Math.fround(low + (high - low) * ((0.37 + (i + start) * golden) % 1)),
  );
  return { shape, values };
}

/** f of the numbers of arrays that broadcast. */
export function elementwise(f: (...numbers: number[]) => number, ...arrays: Float64[]): Float64 {
  const rank = Math.max(...arrays.map(({ shape }) => shape.length));
  const sizes = (axis: number) => arrays.map(({ shape }) => shape[axis - (rank - shape.length)] ?? 1);
  const shape = Array.from({ length: rank }, (_, axis) => sizes(axis).find((size) => size !== 1) ?? 1);
  const own = (array: Float64, index: number[]) =>
    array.shape.map((size, axis) => (size === 1 ? 0 : index[axis + rank - array.shape.length]));
  return build(shape, (index) => f(...arrays.map((array) => at(array, own(array, index)))));
}

/** f of the numbers along some axes, which vanish, or keep a size of 1. */
export function reduce(
  x: Float64,
  axes: readonly number[],
  keepDims: boolean,
  f: (numbers: number[]) => number,
): Float64 {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const along = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const values = indicesOf(kept).map((outer) =>
    f(
      indicesOf(along).map((inner) =>
        at(
          x,
          inner.map((i, axis) => i + outer[axis]),
        ),
      ),
    ),
  );
  return { shape: keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis)), values };
}

/** Applies f to the numbers along the last axis. */
export function alongLast(x: Float64, f: (numbers: number[]) => number[]): Float64 {
  const size = x.shape.at(-1)!;
  const rows = Array.from({ length: sizeOf(x.shape.slice(0, -1)) }, (_, row) =>
    x.values.slice(row * size, (row + 1) * size),
  );
  return { shape: x.shape, values: rows.flatMap(f) };
}
