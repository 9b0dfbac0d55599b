import type { Tensor } from '@tensorflow/tfjs-core';
import { broadcastShape } from '../arguments/broadcast-shape.js';
import { broadcastTo } from './broadcast-to.js';
import { checkContext, checkEvent, checkTensor } from '../arguments/check.js';
import { toFloat } from '../arguments/to-float.js';

/** Arguments of a function of events. */
export interface EventArguments {
  /** The function's name in error messages, such as `maf`. */
  readonly name: string;
  /** The name of `x` in error messages. Default `'x'`. */
  readonly argument?: string;
  /** `[...batch, ...event]` */
  readonly x: Tensor;
  /** The shape of an event. */
  readonly event: readonly number[];
  /** `[...contexts, C]` */
  readonly context?: Tensor;
  /** C. Default 0: no context. */
  readonly contextDim?: number;
}

/** The arguments of a map of events in the form in which it can compute with them. */
export interface AdmittedArguments {
  /** float32, `[...batch, ...event]`, where the batch has an entry for each context. */
  readonly x: Tensor;
  /** float32, `[...contexts, C]`, where the contexts broadcast to the batch. */
  readonly context?: Tensor;
  readonly batch: readonly number[];
}

/**
 * Prepares the arguments of a function of events, under `tf.tidy`: checks that they fit, casts integers and truth
 * values to float32, and repeats events to which several contexts belong, so that one event under M contexts is M events. Nothing is
 * copied where nothing has to change.
 *
 * @throws Error that names the argument, if x or the context does not fit or is not of numbers
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { admit } from '@pushforward/tensor';
 *
 * // One observation under five contexts.
 * const { x, batch } = admit({ name: 'maf', x: tf.tensor1d([1, 2], 'int32'), event: [2], context: tf.zeros([5, 3]), contextDim: 3 });
 * console.log(x.shape, x.dtype, batch); // [ 5, 2 ] float32 [ 5 ]
 * ```
 */
export function admit({ name, argument = 'x', x, event, context, contextDim = 0 }: EventArguments): AdmittedArguments {
  checkTensor(`${name}: ${argument}`, x);
  if (context) checkTensor(`${name}: context`, context);
  checkEvent(`${name}: ${argument}`, x.shape, event);
  const own = x.shape.slice(0, x.rank - event.length);
  checkContext(name, context, contextDim, own);
  const float = toFloat(`${name}: ${argument}`, x);
  if (!context) return { x: float, batch: own };
  const batch = broadcastShape(own, context.shape.slice(0, -1))!;
  const isWhole = batch.length === own.length && batch.every((size, axis) => size === own[axis]);
  return {
    x: isWhole ? float : broadcastTo(float, [...batch, ...event]),
    context: toFloat(`${name}: context`, context),
    batch,
  };
}
