import { formatValue, key, type Key, permutation } from '@pushforward/tensor';

/**
 * The order in which dimensions are chosen: by index, from last to first, at random under a key, or as given: `order[0]` is the
 * dimension that depends on nothing but the context.
 */
export type Order = 'natural' | 'reverse' | { random: number | Key } | readonly number[];

/**
 * The permutation that an {@link Order} stands for.
 *
 * @throws Error unless a given order is a permutation of 0 … dim − 1
 *
 * @example
 * ```ts
 * import { resolveOrder } from '@pushforward/made';
 *
 * console.log(resolveOrder('reverse', 3)); // [ 2, 1, 0 ]
 * ```
 */
export function resolveOrder(order: Order, dim: number): number[] {
  const natural = Array.from({ length: dim }, (_, i) => i);
  if (order === 'natural') return natural;
  if (order === 'reverse') return natural.toReversed();
  if (typeof order === 'object' && order !== null && 'random' in order) return permutation(key(order.random), dim);
  if (
    !Array.isArray(order) ||
    order.length !== dim ||
    new Set(order).size !== dim ||
    !order.every((i) => natural[i] === i)
  ) {
    throw new Error(
      `Made: order must be 'natural', 'reverse', { random } or a permutation of 0 … ${dim - 1}, got ${formatValue(order)}`,
    );
  }
  return [...order];
}

/**
 * The inverse of a permutation: `inverse[order[k]] = k`.
 *
 * @example
 * ```ts
 * import { invertPermutation } from '@pushforward/made';
 *
 * console.log(invertPermutation([2, 0, 1])); // [ 1, 2, 0 ]
 * ```
 */
export function invertPermutation(order: readonly number[]): number[] {
  const inverse: number[] = [...order];
  order.forEach((dimension, place) => {
    inverse[dimension] = place;
  });
  return inverse;
}
