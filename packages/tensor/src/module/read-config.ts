import { formatValue } from '../arguments/format.js';
import type { Json, ModuleConfig } from './contract.js';

type Guard<T> = (value: unknown) => value is T;

const isNumber: Guard<number> = (value) => typeof value === 'number';
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 200;
const listOf =
  <T>(isEntry: Guard<T>): Guard<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every((entry) => isEntry(entry));

/** A type of field: its name in error messages, and its test. */
const KINDS = {
  number: ['a number', isNumber],
  boolean: ['true or false', (value: unknown): value is boolean => typeof value === 'boolean'],
  text: ['a text of at most 200 letters', isText],
  numbers: ['a list of numbers', listOf(isNumber)],
  rows: ['lists of numbers', listOf(listOf(isNumber))],
  list: ['a list', (value: unknown): value is Json[] => Array.isArray(value)],
} as const;

type Kind = keyof typeof KINDS;
type Field = Kind | `${Kind}?` | readonly (string | undefined)[];
type Value<F> = F extends readonly (infer Word)[]
  ? Word
  : F extends `${infer K extends Kind}?`
    ? Value<K> | undefined
    : F extends Kind
      ? (typeof KINDS)[F][1] extends Guard<infer T>
        ? T
        : never
      : never;

/**
 * The fields of a module's configuration, checked and typed: for use in `fromConfig`. Whatever else stands in the configuration is left out.
 *
 * A field is `'number'`, `'boolean'`, `'text'` (of at most 200 letters), `'numbers'` or `'rows'` (lists of numbers, and of such lists),
 * `'list'` of anything, or one of several words, which are given as a list. `'number?'` may be absent or null, as may one of words with
 * `undefined` among them: both are read as undefined.
 *
 * @param formerly old names of fields, by which they are read where the new ones are absent: `{ contextDim: 'context' }`
 * @throws Error such as `Permute: dim must be a number, got 'x'`
 *
 * @example
 * ```ts
 * import { activations, readConfig } from '@pushforward/tensor';
 *
 * const config = { type: 'Net', hidden: [8, 8], activation: 'relu', bound: null };
 * const { hidden, activation, bound } = readConfig(config, { hidden: 'numbers', activation: activations, bound: 'number?' });
 * console.log(hidden.length, activation, bound); // 2 relu undefined
 * ```
 */
export function readConfig<const F extends Record<string, Field>>(
  config: ModuleConfig,
  fields: F,
  formerly: { readonly [name in keyof F]?: string } = {},
): { [name in keyof F]: Value<F[name]> } {
  const entries = Object.entries<Field>(fields).map(([name, field]) => {
    const former = formerly[name];
    const value: unknown = config[former !== undefined && config[name] === undefined ? former : name];
    return [name, checked(`${config.type}: ${name}`, value, field)];
  });
  return Object.fromEntries(entries) as { [name in keyof F]: Value<F[name]> };
}

function checked(name: string, value: unknown, field: Field): unknown {
  const isWords = typeof field !== 'string';
  const isOptional = isWords ? field.includes(undefined) : field.endsWith('?');
  if ((value ?? undefined) === undefined && isOptional) return undefined;
  const [what, isRight] = isWords
    ? [
        `one of ${field.filter((word) => word !== undefined).join(', ')}`,
        (word: unknown) => field.includes(word as string),
      ]
    : KINDS[field.replace('?', '') as Kind];
  if (!isRight(value)) throw new Error(`${name} must be ${what}, got ${formatValue(value)}`);
  return value;
}
