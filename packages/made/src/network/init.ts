import { formatValue } from '@pushforward/tensor';

/**
 * Initialization of the output weights of a network and of its residual blocks. `'identity'`: at 0, so that every dimension starts with the initial
 * parameters and a flow at the identity. `'orthogonal'`: as {@link ORTHOGONAL_GAIN} times an orthogonal matrix, so that it starts nearby, and gradients reach the hidden
 * layers from the first step on.
 */
export type Init = 'identity' | 'orthogonal';

/**
 * Factor of the orthogonal output weights of {@link Init}.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ORTHOGONAL_GAIN } from '@pushforward/made';
 * import { key, orthogonal } from '@pushforward/tensor';
 *
 * const weights = orthogonal(key(0), 8, 2, ORTHOGONAL_GAIN);
 * console.log(await tf.norm(weights).array()); // about 0.1414
 * ```
 */
export const ORTHOGONAL_GAIN = 0.1;

/**
 * Throws unless `init` is an {@link Init}.
 *
 * @param name what the caller calls itself
 * @throws Error such as `Made: init must be 'identity' or 'orthogonal', got zeros`
 *
 * @example
 * ```ts
 * import { checkInit } from '@pushforward/made';
 *
 * checkInit('made', 'orthogonal'); // passes
 * ```
 */
export function checkInit(name: string, init: Init): void {
  if (init !== 'identity' && init !== 'orthogonal')
    throw new Error(`${name}: init must be 'identity' or 'orthogonal', got ${formatValue(init)}`);
}
