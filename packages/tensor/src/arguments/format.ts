const MOST_ENTRIES = 8;
const MOST_LETTERS = 80;

/**
 * Any value as it stands in an error message: on one line, without control characters, and not endless.
 *
 * @example
 * ```ts
 * import { formatValue } from '@pushforward/tensor';
 *
 * console.log(formatValue([8, 'a\n', { dim: null }])); // [8, 'a\n', {dim: null}]
 * ```
 */
export function formatValue(value: unknown): string {
  return format(value, 3);
}

function format(value: unknown, depth: number): string {
  if (typeof value === 'string') return formatText(value);
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
  const isList = Array.isArray(value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (!isList && prototype !== null && prototype !== Object.prototype) {
    const { shape, constructor } = value as { shape?: unknown; constructor?: { name?: unknown } };
    const name = typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'object';
    return Array.isArray(shape) ? `${name} ${format(shape, 1)}` : name;
  }
  if (depth === 0) return isList ? '[…]' : '{…}';
  const entries = Object.entries(value).slice(0, MOST_ENTRIES);
  const shown = entries.map(([name, own]) =>
    isList ? format(own, depth - 1) : `${formatText(name).slice(1, -1)}: ${format(own, depth - 1)}`,
  );
  if (Object.keys(value).length > MOST_ENTRIES) shown.push('…');
  return isList ? `[${shown.join(', ')}]` : `{${shown.join(', ')}}`;
}

/** A text in quotes. */
function formatText(text: string): string {
  const cut = text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
  // JSON leaves the control characters beyond ASCII, and those that turn the direction of a line, as they are.
  const escaped = JSON.stringify(cut).replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (letter) => {
      return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
    },
  );
  return `'${escaped.slice(1, -1).replaceAll('\\"', '"')}'`;
}
