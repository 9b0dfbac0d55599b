/**
 * The number of entries of a tensor of a shape; 1 for a scalar.
 *
 * @example
 * ```ts
 * import { sizeOf } from '@pushforward/tensor';
 *
 * console.log(sizeOf([2, 3, 4]), sizeOf([])); // 24 1
 * ```
 */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
