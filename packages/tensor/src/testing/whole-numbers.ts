/**
 * The types of numbers that a public function takes besides float32.
 *
 * @example
 * ```ts
 * import { otherTypes } from '@pushforward/tensor/testing';
 *
 * console.log(otherTypes); // [ 'int32', 'bool' ]
 * ```
 */
export const otherTypes = ['int32', 'bool'] as const;

/**
 * Numbers that a type can hold, as different from each other as the given ones: three times them, rounded, or for truth values whether they are
 * positive.
 *
 * @example
 * ```ts
 * import { wholeNumbers } from '@pushforward/tensor/testing';
 *
 * console.log(wholeNumbers([-0.7, 0.4], 'int32'), wholeNumbers([-0.7, 0.4], 'bool')); // [ -2, 1 ] [ 0, 1 ]
 * ```
 */
export function wholeNumbers(data: ArrayLike<number>, dtype: (typeof otherTypes)[number]): number[] {
  return Array.from(data, (value) => (dtype === 'bool' ? Number(value > 0) : Math.round(3 * value)));
}
