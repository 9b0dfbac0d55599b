import path from 'node:path';
import Papa from 'papaparse';
import { UserError } from '../errors.js';
import { readUserFile } from '../files.js';
import type { Matrix } from '../statistics.js';

/** A table of finite numbers from a CSV file. */
export interface Table extends Matrix {
  /** What the user calls the file. */
  source: string;
  /** From the header, or `x1`, `x2`, … where there is none. */
  names: string[];
  hasHeader: boolean;
}

/**
 * Reads a CSV file of numbers; see {@link parseCsv}.
 *
 * @param name the path as the user gave it, relative to `cwd`
 * @throws UserError if the file cannot be read, or is not such a table
 */
export async function readCsv(cwd: string, name: string): Promise<Table> {
  const bytes = await readUserFile(path.resolve(cwd, name), name);
  return parseCsv(new TextDecoder().decode(bytes), name);
}

/**
 * Parses a table of numbers: fields separated by commas, semicolons or tabs (whichever the first line has most of), quoted or not;
 * lines ending in LF or CRLF; blank lines left out. The first line is a header if none of its fields is a number.
 *
 * @throws UserError naming `file:line` or `file:line:column` where a line has too few or too many fields, or a field is not a
 * finite number
 */
export function parseCsv(text: string, source: string): Table {
  const records = splitRecords(text, source);
  if (records.length === 0) throw new UserError(`${source}: no rows`);
  const [first] = records;
  const hasHeader = first.fields.every((field) => !isNumeric(field)) && first.fields.some((field) => !isNotFinite(field));
  const names = first.fields.map((field, i) => (hasHeader && field !== '' ? field : `x${i + 1}`));
  const body = hasHeader ? records.slice(1) : records;
  if (body.length === 0) throw new UserError(`${source}: no rows below the header`);
  const columns = first.fields.length;
  const values = new Float64Array(body.length * columns);
  for (const [row, { fields, line }] of body.entries()) {
    if (fields.length !== columns) {
      throw new UserError(`${source}:${line}: expected ${columns} fields as in line ${first.line}, got ${fields.length}`);
    }
    for (const [i, field] of fields.entries()) values[row * columns + i] = parseField(field, `${source}:${line}:${i + 1}`, names[i]);
  }
  return { source, names, hasHeader, values, rows: body.length, columns };
}

interface CsvRecord {
  fields: string[];
  /** The number of its first line, from 1. */
  line: number;
}

function splitRecords(text: string, source: string): CsvRecord[] {
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: detectDelimiter(text) });
  let line = 1;
  const records: CsvRecord[] = [];
  for (const [row, raw] of data.entries()) {
    const error = errors.find((candidate) => candidate.row === row);
    if (error) throw new UserError(`${source}:${line}: ${error.code === 'MissingQuotes' ? 'a quoted field does not end' : error.message}`);
    const isBlank = raw.length === 1 && raw[0].trim() === '';
    if (!isBlank) records.push({ fields: raw.map((field) => field.trim()), line });
    // A quoted field may span lines.
    line += 1 + raw.reduce((count, field) => count + (field.includes('\n') ? field.split('\n').length - 1 : 0), 0);
  }
  return records;
}

function detectDelimiter(text: string): string {
  const firstLine = /[^\r\n]+/.exec(text.replace(/^\uFEFF/, ''))?.[0] ?? '';
  const unquoted = firstLine.replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NOT_FINITE = /^([+-]?(nan|inf(inity)?)|n\/?a|null|none|)$/i;

function isNumeric(field: string): boolean {
  return NUMBER.test(field);
}

/** How programs write that there is no number. */
function isNotFinite(field: string): boolean {
  return NOT_FINITE.test(field);
}

const LARGEST = 3.4e38;

function parseField(field: string, place: string, name: string): number {
  if (isNumeric(field)) {
    const value = Number(field);
    // The model computes in float32.
    if (Math.abs(value) <= LARGEST) return value;
    throw new UserError(`${place}: ${field} in column "${name}" is too large for single precision`);
  }
  if (field === '') throw new UserError(`${place}: no value in column "${name}"`);
  if (isNotFinite(field)) throw new UserError(`${place}: ${field} in column "${name}" is not a finite number`);
  throw new UserError(`${place}: "${field.length > 40 ? `${field.slice(0, 40)}…` : field}" in column "${name}" is not a number`);
}

/** Text for a CSV file: a header and one line for each row. */
export function formatCsv(names: readonly string[], { values, rows, columns }: Matrix): string {
  const lines = [names.map(quote).join(',')];
  for (let row = 0; row < rows; row++) lines.push(values.subarray(row * columns, (row + 1) * columns).join(','));
  return `${lines.join('\n')}\n`;
}

function quote(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
