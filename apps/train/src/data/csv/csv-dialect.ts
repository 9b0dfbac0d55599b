import { type CsvRecord, type Delimiter, isEmptyRecord, splitRecord } from './csv-record.js';
import { isMissing, isTruth, parseNumber } from './number-field.js';
import type { ReadOptions } from '../read-options.js';

/** How a table is written, found out from its beginning. */
export interface Dialect {
  delimiter: Delimiter;
  /** Whether the first record names the columns. */
  hasHeader: boolean;
  /** How many fields a record has. */
  width: number;
  /** Whether every record ends in a separator, the header or not. */
  hasTrailing: boolean;
  /** The first record's fields. */
  first: string[];
  /** What was decided that the user may want to decide otherwise. */
  notices: string[];
}

/** In the order in which they are preferred. */
const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|', ' '];
const NAMES: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
  ' ': 'blanks',
};
/** How much decides: so many records, and no more behind so many bytes than it takes to have two. */
const SAMPLE_RECORDS = 100;
const SAMPLE_BYTES = 1 << 16;
const SAMPLE_FIELDS = 1000;

/** What a delimiter is called in a message. */
export function delimiterName(delimiter: Delimiter): string {
  return NAMES[delimiter] ?? `"${delimiter}"`;
}

/**
 * Finds out how a table is written.
 *
 * @param bytes its beginning, from the first record on
 * @param isLast whether that is all of it
 * @returns null if there is no record
 */
export function findDialect(
  bytes: Uint8Array,
  isLast: boolean,
  { delimiter, decimal = '.', header }: ReadOptions,
): Dialect | null {
  const candidates = (delimiter === undefined ? DELIMITERS : [delimiter]).map((candidate) =>
    candidateOf(bytes, isLast, candidate),
  );
  // A comma cannot be both marks: without quotes around the numbers it is the one that was asked for.
  const possible = candidates.filter(
    (candidate) => delimiter !== undefined || decimal !== candidate.delimiter || candidate.hasQuotedMarks,
  );
  const best = possible.reduce((chosen, candidate) => (isBetter(candidate, chosen) ? candidate : chosen));
  const { records, hasRowNames, hasTrailing, most } = best;
  if (records.length === 0) return null;
  const start = hasRowNames && header !== false ? ['', ...records[0].fields] : records[0].fields;
  const width = hasTrailing ? most - 1 : start.length;
  const notices: string[] = [];
  if (hasTrailing) notices.push('every line ends in a separator, which adds no column');
  const first = start.slice(0, width);
  const body = records.slice(1).map(({ fields }) => fields);
  let hasHeader = header ?? hasRowNames;
  if (hasRowNames && hasHeader)
    notices.push(
      'line 1 names one column fewer than there are: the first one is taken for names of the rows; --drop 1 leaves it out',
    );
  else if (header === undefined) {
    const isNumber = (field: string) => parseNumber(field, { decimal }) !== undefined;
    const names = first.filter((field) => !isValue(field));
    hasHeader = names.length > 0 || isHeaderOfIntegers(first, body, decimal);
    if (hasHeader && first.some(isNumber))
      notices.push('line 1 is taken for the names of the columns; --no-header takes it for numbers');
    else if (!hasHeader && first.length > 2 && countsColumns(first))
      notices.push('line 1 counts the columns and is taken for numbers; --header takes it for their names');
  }
  return { delimiter: best.delimiter, hasHeader, width, hasTrailing, first, notices };
}

interface Candidate {
  delimiter: Delimiter;
  records: CsvRecord[];
  /** Whether all records have as many fields, and more than one; the first one may be without a name for the names of rows, or a last separator. */
  isUniform: boolean;
  /** Whether the first record has one field fewer than the others, as R's `write.table` leaves it. */
  hasRowNames: boolean;
  /** Whether all records have an empty last field, the first one perhaps not even that. */
  hasTrailing: boolean;
  /** Whether a field holds a comma, which quotes keep from separating. */
  hasQuotedMarks: boolean;
  /** The part of the fields behind the first record that are numbers, with whichever decimal mark, or missing. */
  numeric: number;
  /** The most fields of a record. */
  most: number;
}

/** Whether a field may stand in a row of numbers. */
function isValue(field: string): boolean {
  return (
    (['.', ','] as const).some((decimal) => parseNumber(field, { decimal }) !== undefined) ||
    isMissing(field) ||
    isTruth(field)
  );
}

function candidateOf(bytes: Uint8Array, isLast: boolean, delimiter: Delimiter): Candidate {
  const records: CsvRecord[] = [];
  for (let at = 0; at < bytes.length && records.length < (at < SAMPLE_BYTES ? SAMPLE_RECORDS : 2);) {
    const record = splitRecord(bytes, at, bytes.length, delimiter, isLast);
    if (!record) break;
    at = record.next;
    if (!isEmptyRecord(record)) records.push(record);
  }
  const counts = new Set(records.map(({ fields }) => fields.length));
  const most = Math.max(0, ...counts);
  const fields = (records.length > 1 ? records.slice(1) : records)
    .flatMap((record) => record.fields.slice(0, SAMPLE_FIELDS))
    .slice(0, SAMPLE_FIELDS);
  const numeric = fields.filter(isValue).length / Math.max(1, fields.length);
  const isShort =
    records.length > 1 &&
    records[0].fields.length === most - 1 &&
    records.slice(1).every((record) => record.fields.length === most);
  const endsEmpty = (record: CsvRecord) => record.fields.length === most && record.fields.at(-1) === '';
  const hasTrailing = most > 1 && records.slice(1).every(endsEmpty) && (isShort || endsEmpty(records[0]));
  // Of a single column it might as well be a title.
  const hasRowNames = isShort && !hasTrailing && most > 2 && records[0].fields.every((field) => !isValue(field));
  const isUniform = (counts.size === 1 && most > 1) || hasRowNames || hasTrailing;
  return {
    delimiter,
    records,
    isUniform,
    hasRowNames,
    hasTrailing,
    hasQuotedMarks: fields.some((field) => field.includes(',')),
    numeric,
    most,
  };
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.isUniform !== b.isUniform) return a.isUniform;
  if (a.isUniform) return a.numeric > b.numeric;
  // None fits all lines: more fields that are numbers, and then more fields, are the better guess for a message.
  return a.most > 1 && (b.most === 1 || a.numeric > b.numeric);
}

/** 0, 1, 2, … or 1, 2, 3, …, as programs name columns that have no names. */
function countsColumns(first: readonly string[]): boolean {
  return [0, 1].some((start) => first.every((field, i) => field === String(start + i)));
}

/**
 * Years above fractions, say: whole numbers, each another, where every column below has fractions. An index in front needs no name, and behind it
 * names may count columns of any numbers.
 */
function isHeaderOfIntegers(first: readonly string[], body: readonly string[][], decimal: '.' | ','): boolean {
  if (first.length < 2 || body.length < 2) return false;
  const named = first.flatMap((field, i) => (i === 0 && field === '' ? [] : [i]));
  if (named.length > 1 && first[0] === '' && countsColumns(first.slice(1))) return true;
  if (!named.every((i) => /^\d{1,9}$/.test(first[i])) || new Set(first).size < first.length) return false;
  return named.every((i) => {
    const fractions = body.filter((fields) => !Number.isInteger(parseNumber(fields[i] ?? '', { decimal }) ?? 0));
    return fractions.length > body.length / 2;
  });
}
