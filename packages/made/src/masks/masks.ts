/** Row-major 0/1 matrix, `[inputs][outputs]`, as the weights lie. */
export type Mask = number[][];

/**
 * The mask before a hidden layer: 1 where the unit's degree is at least the source's, `mᵢⱼ = [toⱼ ≥ fromᵢ]`.
 *
 * Source: Germain et al. 2015, equation 12.
 *
 * @example
 * ```ts
 * import { hiddenMask } from '@pushforward/made';
 *
 * console.log(hiddenMask([1, 2, 3], [1, 2])); // [ [ 1, 1 ], [ 0, 1 ], [ 0, 0 ] ]
 * ```
 */
export function hiddenMask(from: readonly number[], to: readonly number[]): Mask {
  return from.map((source) => to.map((unit) => (unit >= source ? 1 : 0)));
}

/**
 * The mask before the outputs: 1 where the output's degree is above the source's, `mᵢⱼ = [toⱼ > fromᵢ]`, each output's column
 * repeated for its P parameters.
 *
 * Source: Germain et al. 2015, equation 13.
 *
 * @example
 * ```ts
 * import { outputMask } from '@pushforward/made';
 *
 * console.log(outputMask([1, 2], [1, 2, 3], 1)); // [ [ 0, 1, 1 ], [ 0, 0, 1 ] ]
 * ```
 */
export function outputMask(from: readonly number[], to: readonly number[], parameterCount: number): Mask {
  return from.map((source) =>
    to.flatMap((output) => Array.from({ length: parameterCount }, () => (output > source ? 1 : 0))),
  );
}

/**
 * Which output depends on which input: 1 where a path of ones leads through the masks.
 *
 * @param masks those of consecutive layers
 *
 * @example
 * ```ts
 * import { connectivity, hiddenMask, outputMask } from '@pushforward/made';
 *
 * console.log(connectivity([hiddenMask([1, 2], [1, 1]), outputMask([1, 1], [1, 2], 1)])); // [ [ 0, 1 ], [ 0, 0 ] ]
 * ```
 */
export function connectivity(masks: readonly Mask[]): Mask {
  return masks.reduce((paths, mask) =>
    paths.map((row) =>
      mask[0].map((_, output) => (row.some((path, unit) => path === 1 && mask[unit][output] === 1) ? 1 : 0)),
    ),
  );
}
