import { excerpt } from '../terminal/printable.js';
import { columnOption } from './choose-columns.js';
import type { Dialect } from './csv/csv-dialect.js';
import { splitRecord } from './csv/csv-record.js';
import { type NumberStyle, parseNumber } from './csv/number-field.js';

/** What to tell of a column with numbers below single precision's smallest. */
export function tinyNotice(name: string, count: number): string {
  return `column "${excerpt(name, 40)}" has ${count} numbers below 1.2e-38, of which single precision keeps few digits or none: another unit would help`;
}

/** What to tell of a column with truth values. */
export function truthNotice(name: string): string {
  return `column "${excerpt(name, 40)}" holds true and false, which are read as 1 and 0`;
}

/** What to tell of names that stand twice, in time linear in their number. */
export function nameNotices(names: readonly string[]): string[] {
  const numbers = new Map<string, number[]>();
  for (const [i, name] of names.entries()) numbers.set(name, [...(numbers.get(name)?.slice(0, 9) ?? []), i + 1]);
  return [...numbers]
    .filter(([, found]) => found.length > 1)
    .map(
      ([name, found]) =>
        `columns ${found.join(' and ')} are ${found.length === 2 ? 'both' : 'all'} called "${excerpt(name, 40)}"; --drop ${found.slice(1).join(',')} leaves one`,
    );
}

/** What to tell of a first column without a name of its own, if it counts the rows: a table's index, as pandas writes it. */
export function indexNotice(
  { first, delimiter }: Dialect,
  names: readonly string[],
  sample: Uint8Array,
  isLast: boolean,
  style: NumberStyle,
): string[] {
  if (first[0] !== '' && !/^(unnamed: 0|index)$/i.test(first[0])) return [];
  let at = splitRecord(sample, 0, sample.length, delimiter, isLast)!.next;
  let start: number | undefined;
  for (let count = 0; count < 5; count++) {
    const record = at < sample.length ? splitRecord(sample, at, sample.length, delimiter, isLast) : null;
    if (!record) {
      if (count < 2) return [];
      break;
    }
    const value = parseNumber(record.fields[0], style);
    start ??= value;
    if (start === undefined || (start !== 0 && start !== 1) || value !== start + count) return [];
    at = record.next;
  }
  return [
    `column 1 ("${excerpt(names[0], 40)}") counts the rows; if it is an index, --drop ${columnOption(names, 0)} leaves it out`,
  ];
}
