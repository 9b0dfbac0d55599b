import type { Tensor } from '@tensorflow/tfjs-core';
import { broadcastShape } from './broadcast-shape.js';
import { formatValue } from './format.js';
import { largestSize } from './restoring.js';

/**
 * A shape as it stands in an error message.
 *
 * @example
 * ```ts
 * import { formatShape } from '@pushforward/tensor';
 *
 * console.log(formatShape([100, 5])); // [100, 5]
 * ```
 */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/**
 * Throws unless the last axes of `shape` equal `event`; any number of leading axes may stand before them.
 *
 * @param name what the caller calls the argument, as `maf: x`
 * @throws Error such as `maf: x must be [..., 6], got [100, 5]`
 *
 * @example
 * ```ts
 * import { checkEvent } from '@pushforward/tensor';
 *
 * checkEvent('maf: x', [100, 6], [6]); // passes
 * ```
 */
export function checkEvent(name: string, shape: readonly number[], event: readonly number[]): void {
  const offset = shape.length - event.length;
  if (offset < 0 || event.some((size, i) => shape[offset + i] !== size)) {
    const expected = event.length === 0 ? '[...]' : `[..., ${event.join(', ')}]`;
    throw new Error(`${name} must be ${expected}, got ${formatShape(shape)}`);
  }
}

/**
 * Throws unless `value` is a tensor: a list of numbers has to be made one, with `tf.tensor`.
 *
 * @param name what the caller calls the argument, as `maf: x`
 * @throws Error such as `maf: x must be a tensor, got [1, 2]`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { checkTensor } from '@pushforward/tensor';
 *
 * checkTensor('maf: x', tf.tensor1d([1, 2])); // passes
 * ```
 */
export function checkTensor(name: string, value: unknown): asserts value is Tensor {
  // Not by class, of which a program may hold two.
  const { shape, dtype } = (value ?? {}) as { shape?: unknown; dtype?: unknown };
  if (!Array.isArray(shape) || typeof dtype !== 'string')
    throw new Error(`${name} must be a tensor, got ${formatValue(value)}`);
}

/**
 * Throws unless `value` is an integer of at least `minimum`. While a module is loaded, an integer that no size in its file can be is
 * refused too, before anything of that size is made.
 *
 * @param name what the caller calls the argument, as `Made: dim`
 * @throws Error such as `Made: dim must be an integer of at least 1, got 0`
 *
 * @example
 * ```ts
 * import { checkInteger } from '@pushforward/tensor';
 *
 * checkInteger('Made: dim', 6, 1); // passes
 * ```
 */
export function checkInteger(name: string, value: unknown, minimum: number): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < minimum) {
    throw new Error(`${name} must be an integer of at least ${minimum}, got ${formatValue(value)}`);
  }
  if ((value as number) > largestSize())
    throw new Error(`${name} must be at most ${largestSize()} where so few numbers are stored, got ${String(value)}`);
}

/**
 * Throws unless a context fits: absent where `contextDim` is 0, otherwise `[...contexts, contextDim]` where the contexts and the
 * batch broadcast with each other. {@link admit} does that and what follows from it.
 *
 * @param name what the caller calls the function, as `maf`
 * @throws Error such as `maf: context must be [..., 3], got [100, 2]`
 *
 * @example
 * ```ts
 * import { checkContext } from '@pushforward/tensor';
 *
 * checkContext('maf', { shape: [1, 3] }, 3, [100]); // passes
 * ```
 */
export function checkContext(
  name: string,
  context: { readonly shape: readonly number[] } | undefined,
  contextDim: number,
  batch: readonly number[],
): void {
  if (contextDim === 0) {
    if (context) throw new Error(`${name} takes no context, got one of shape ${formatShape(context.shape)}`);
    return;
  }
  if (!context) throw new Error(`${name}: context must be [..., ${contextDim}], got none`);
  checkEvent(`${name}: context`, context.shape, [contextDim]);
  const contexts = context.shape.slice(0, -1);
  if (!broadcastShape(batch, contexts)) {
    throw new Error(`${name}: context batch must broadcast to ${formatShape(batch)}, got ${formatShape(contexts)}`);
  }
}
