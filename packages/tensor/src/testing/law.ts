import { memory } from '@tensorflow/tfjs-core';
import type { Module } from '../module/module.js';
import { allClose } from './closeness/all-close.js';
import { rebuild } from './rebuild.js';

/**
 * Throws what a check of laws reports: which law does not hold of what, where, and by how much.
 *
 * @param subject what obeys the law or not; its class is named
 * @throws Error such as `Made breaks the law of shapes: logDet must be [3], got [3, 1]`
 *
 * @example
 * ```ts
 * import { broken } from '@pushforward/tensor/testing';
 *
 * try {
 *   broken(new Date(), 'time', 'the year must be 2000, got 1999');
 * } catch (error) {
 *   console.log((error as Error).message); // Date breaks the law of time: the year must be 2000, got 1999
 * }
 * ```
 */
export function broken(subject: object, law: string, found: string): never {
  throw new Error(`${subject.constructor.name} breaks the law of ${law}: ${found}`);
}

/**
 * Throws by {@link broken} unless two lists of numbers agree, as {@link allClose} compares them.
 *
 * @param tolerance relative, and absolute if no other is given
 *
 * @example
 * ```ts
 * import { assertClose } from '@pushforward/tensor/testing';
 *
 * assertClose(new Date(), 'time', 'the seconds', [1, 2], [1, 2.00001], 1e-4); // passes
 * ```
 */
export function assertClose(
  subject: object,
  law: string,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  absolute = tolerance,
): void {
  const difference = allClose(actual, expected, { rtol: tolerance, atol: absolute });
  if (difference) broken(subject, law, `${what}: ${difference}`);
}

/**
 * {@link assertClose} for a gradient: it sums many terms, so it is compared on the scale of its largest number.
 *
 * @example
 * ```ts
 * import { assertGradientClose } from '@pushforward/tensor/testing';
 *
 * assertGradientClose(new Date(), 'gradients', 'the input', [1000, 0.01], [1000, 0], 1e-4); // passes
 * ```
 */
export function assertGradientClose(
  subject: object,
  law: string,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  const scale = Array.from(expected).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  assertClose(subject, law, what, actual, expected, tolerance, tolerance * scale);
}

/**
 * Throws by {@link broken} unless two lists of numbers agree bit for bit.
 *
 * @example
 * ```ts
 * import { assertSame } from '@pushforward/tensor/testing';
 *
 * assertSame(new Date(), 'saving', 'the seconds', [1, NaN], [1, NaN]); // passes
 * ```
 */
export function assertSame(
  subject: object,
  law: string,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  const worst = Array.from(expected).findIndex((value, i) => !Object.is(value, actual[i]));
  if (worst >= 0) broken(subject, law, `${what} ${worst} must be ${expected[worst]}, got ${actual[worst]}`);
}

/**
 * Throws by {@link broken} if there are more tensors than before.
 *
 * @param what what has run since
 * @param before `tf.memory().numTensors` before it
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { assertFreed } from '@pushforward/tensor/testing';
 *
 * const before = tf.memory().numTensors;
 * tf.ones([2]).dispose();
 * assertFreed(new Date(), 'a tensor that came and went', before); // passes
 * ```
 */
export function assertFreed(subject: object, what: string, before: number, law = 'no leaked tensor'): void {
  const leaked = memory().numTensors - before;
  if (leaked !== 0) broken(subject, law, `${what} must leave no tensor behind, got ${leaked}`);
}

/**
 * Throws by {@link broken} unless a call throws an error that mentions something, and leaves no tensor behind.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { checkEvent } from '@pushforward/tensor';
 * import { assertRefused } from '@pushforward/tensor/testing';
 *
 * assertRefused(new Date(), 'a vector of 3', () => checkEvent('example: x', [3], [2]), '[3]'); // passes
 * ```
 */
export function assertRefused(subject: object, what: string, call: () => unknown, mentions: string): void {
  const law = 'refusing what does not fit';
  const before = memory().numTensors;
  let message: string | undefined;
  try {
    call();
  } catch (error) {
    message = (error as Error).message;
  }
  if (message === undefined) broken(subject, law, `${what} must throw, got a result`);
  if (!message.includes(mentions))
    broken(subject, law, `${what} must throw an error that mentions ${mentions}, got '${message}'`);
  assertFreed(subject, what, before, law);
}

/**
 * Rebuilds a module by {@link rebuild}; where it cannot, throws by {@link broken}.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { Made } from '@pushforward/made';
 * import { rebuilt } from '@pushforward/tensor/testing';
 *
 * const copy = rebuilt(new Made({ dim: 3 }), 'a configuration that rebuilds');
 * console.log(copy.dim); // 3
 * ```
 */
export function rebuilt<M extends Module>(module: M, law: string): M {
  try {
    return rebuild(module);
  } catch (error) {
    return broken(module, law, (error as Error).message);
  }
}
