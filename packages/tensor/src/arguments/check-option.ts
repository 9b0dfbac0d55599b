import { checkInteger } from './check.js';
import { formatValue } from './format.js';
import { largestSize } from './restoring.js';

/**
 * Throws unless `value` is a list of integers of at least `minimum`.
 *
 * @param name what the caller calls the argument, as `maf: hidden`
 * @throws Error such as `maf: hidden must be a list of integers of at least 1, got 8`
 *
 * @example
 * ```ts
 * import { checkIntegers } from '@pushforward/tensor';
 *
 * checkIntegers('maf: hidden', [64, 64], 1); // passes
 * ```
 */
export function checkIntegers(name: string, value: unknown, minimum: number): asserts value is readonly number[] {
  if (!Array.isArray(value))
    throw new Error(`${name} must be a list of integers of at least ${minimum}, got ${formatValue(value)}`);
  // By index: a list may have holes.
  for (let i = 0; i < value.length; i++) checkInteger(name, value[i], minimum);
}

/**
 * Throws unless `value` is a list of finite numbers, as many as `length` says.
 *
 * @param name what the caller calls the argument, as `affine: loc`
 * @throws Error such as `affine: loc must be a list of finite numbers, got 1`
 *
 * @example
 * ```ts
 * import { checkNumbers } from '@pushforward/tensor';
 *
 * checkNumbers('affine: loc', [0.5, -1], 2); // passes
 * ```
 */
export function checkNumbers(name: string, value: unknown, length?: number): asserts value is readonly number[] {
  const wanted = length === undefined ? 'a list of finite numbers' : `${length} finite numbers`;
  if (!Array.isArray(value)) throw new Error(`${name} must be ${wanted}, got ${formatValue(value)}`);
  if (length !== undefined && value.length !== length)
    throw new Error(`${name} must be ${length} numbers, got ${value.length}`);
  const wrong = value.findIndex((number) => !Number.isFinite(number));
  if (wrong >= 0) throw new Error(`${name} must be ${wanted}, got ${formatValue(value[wrong])} at ${wrong}`);
}

/**
 * Throws unless `value` is a number within the given bounds, which themselves are excluded.
 *
 * @param name what the caller calls the argument, as `AffineTransform: bound`
 * @throws Error such as `AffineTransform: bound must be positive and finite, got null`
 *
 * @example
 * ```ts
 * import { checkNumber } from '@pushforward/tensor';
 *
 * checkNumber('AffineTransform: bound', 7, { above: 0 }); // passes
 * ```
 */
export function checkNumber(
  name: string,
  value: unknown,
  { above = -Infinity, below = Infinity }: { above?: number; below?: number } = {},
): asserts value is number {
  if (typeof value === 'number' && value > above && value < below) return;
  const wanted =
    below < Infinity
      ? `above ${above} and below ${below}`
      : above === 0
        ? 'positive and finite'
        : above > -Infinity
          ? `above ${above}`
          : 'finite';
  throw new Error(`${name} must be ${wanted}, got ${formatValue(value)}`);
}

/**
 * Throws unless `value` is true or false.
 *
 * @param name what the caller calls the argument, as `Made: direct`
 * @throws Error such as `Made: direct must be true or false, got 'no'`
 *
 * @example
 * ```ts
 * import { checkBoolean } from '@pushforward/tensor';
 *
 * checkBoolean('Made: direct', false); // passes
 * ```
 */
export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw new Error(`${name} must be true or false, got ${formatValue(value)}`);
}

/**
 * Throws unless `value` is one of some words or numbers.
 *
 * @param name what the caller calls the argument, as `maf: order`
 * @throws Error such as `maf: order must be 'reverse' or 'random', got 'up'`
 *
 * @example
 * ```ts
 * import { checkOneOf } from '@pushforward/tensor';
 *
 * checkOneOf('maf: order', 'random', ['reverse', 'random']); // passes
 * ```
 */
export function checkOneOf<T extends string | number>(
  name: string,
  value: unknown,
  words: readonly T[],
): asserts value is T {
  if (words.includes(value as T)) return;
  const quoted = words.map(formatValue);
  const wanted =
    words.length > 3 ? `one of ${words.join(', ')}` : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
  throw new Error(`${name} must be ${wanted}, got ${formatValue(value)}`);
}

/** The names of the options that a type has, of every member of a union. */
export type OptionName<T> = T extends unknown ? keyof T & string : never;

/**
 * Throws unless `value` is an object of options, and not a list, a tensor or a number, and has none but those named. One that is misspelled,
 * or known under another name elsewhere, would be ignored, and the default taken in its place.
 *
 * @param name what the caller calls the function, as `maf`
 * @param known the names of all options that the function has
 * @throws Error such as `maf: options must be an object, got 6` or `maf: has no option 'context'; its options are dim, contextDim`
 *
 * @example
 * ```ts
 * import { checkOptions } from '@pushforward/tensor';
 *
 * const options: { dim: number; contextDim?: number } = { dim: 6 };
 * checkOptions('maf', options, ['dim', 'contextDim']); // passes
 * ```
 */
export function checkOptions<T extends object>(name: string, value: T, known: readonly OptionName<T>[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${name}: options must be an object, got ${formatValue(value)}`);
  for (const [option, given] of Object.entries(value)) {
    if (given !== undefined && !known.includes(option as OptionName<T>))
      throw new Error(`${name}: has no option '${option}'; its options are ${known.join(', ')}`);
  }
}

/**
 * Throws unless `value` is an instance of a class.
 *
 * @param name what the caller calls the argument, as `Chain: parts[0]`
 * @param what the class in words, as `a bijector`
 * @throws Error such as `Chain: parts[0] must be a bijector, got null`
 *
 * @example
 * ```ts
 * import { checkInstance } from '@pushforward/tensor';
 *
 * checkInstance('example: date', new Date(), Date, 'a date'); // passes
 * ```
 */
export function checkInstance<T>(
  name: string,
  value: unknown,
  type: abstract new (...args: never[]) => T,
  what: string,
): asserts value is T {
  if (!(value instanceof type)) throw new Error(`${name} must be ${what}, got ${formatValue(value)}`);
}

/**
 * Throws, while a module is loaded, if it is about to make tables far larger than all that its file holds. What is as large as a
 * module's variables needs no such check, as {@link makeVariable} makes it, nor what {@link checkInteger} allowed as a size; a table of
 * one size times another does.
 *
 * @param name what the caller calls the table, as `FillTriangular: the matrix`
 * @param count how many numbers it holds
 * @throws Error such as `FillTriangular: the matrix must hold at most 4194304 numbers where so few are stored, got 1e+12`
 *
 * @example
 * ```ts
 * import { checkTable } from '@pushforward/tensor';
 *
 * checkTable('FillTriangular: the matrix', 10 ** 12); // passes, since nothing is being loaded
 * ```
 */
export function checkTable(name: string, count: number): void {
  const most = 4 * largestSize();
  if (count > most) throw new Error(`${name} must hold at most ${most} numbers where so few are stored, got ${count}`);
}
