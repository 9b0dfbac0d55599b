import { InvalidArgumentError } from 'commander';
import { splitList } from '../../data/read-options.js';
import { LARGEST } from '../../data/single-precision.js';

/** What a column is said to hold. */
interface KindSpec {
  column: string;
  kind: 'positive' | 'bounded' | 'integer' | 'ordinal' | 'categorical' | 'circular';
  /** Its ends, as far as they are said. */
  numbers: number[];
}

/** How each kind is written. */
const FORMS = {
  positive: ['positive'],
  bounded: ['bounded:LOW:HIGH'],
  integer: ['integer', 'integer:LOW', 'integer:LOW:HIGH'],
  ordinal: ['ordinal'],
  categorical: ['categorical'],
  circular: ['circular', 'circular:LOW:HIGH'],
} as const satisfies Record<KindSpec['kind'], readonly string[]>;

/** The kinds of columns, separated by commas. */
export function kindList(text: string): string[] {
  const specs = splitList(text);
  for (const spec of specs) parseKind(spec);
  return specs;
}

/**
 * What `age=positive` or `rate=bounded:0:1` says.
 *
 * @throws InvalidArgumentError if it says nothing that can be done
 */
export function parseKind(spec: string): KindSpec {
  const at = spec.lastIndexOf('=');
  const [kind, ...texts] = spec
    .slice(at + 1)
    .split(':')
    .map((part) => part.trim());
  const column = spec.slice(0, at).trim();
  if (at < 0 || column === '') throw new InvalidArgumentError(`Expected column=kind, got "${spec}".`);
  if (!Object.hasOwn(FORMS, kind))
    throw new InvalidArgumentError(`Kinds are ${Object.keys(FORMS).join(', ')}, got "${kind}".`);
  const known = kind as KindSpec['kind'];
  const forms: readonly string[] = FORMS[known];
  const numbers = texts.map((text) => (text === '' ? NaN : Number(text)));
  const isForm = forms.some((form) => form.split(':').length === 1 + numbers.length);
  if (!isForm || !numbers.every((value) => Math.abs(value) <= LARGEST))
    throw new InvalidArgumentError(`Expected ${forms.map((form) => `${column}=${form}`).join(' or ')}, got "${spec}".`);
  if (known === 'integer' && !numbers.every(Number.isSafeInteger))
    throw new InvalidArgumentError(`The ends of an integer must be whole numbers, got "${spec}".`);
  const [low, high] = known === 'circular' && numbers.length === 0 ? [-Math.PI, Math.PI] : numbers;
  if (high !== undefined && !(high > low))
    throw new InvalidArgumentError(`The first end must be below the second, got "${spec}".`);
  if (high !== undefined && high - low < NARROWEST * Math.max(Math.abs(low), Math.abs(high)))
    throw new InvalidArgumentError(`The ends are too close for single precision, got "${spec}".`);
  return { column, kind: known, numbers: known === 'circular' ? [low, high] : numbers };
}

/** A range below this part of its ends' size has too few float32 numbers in it. */
const NARROWEST = 2 ** -12;
