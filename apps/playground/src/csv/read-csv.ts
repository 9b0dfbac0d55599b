import Papa from 'papaparse';

/** A CSV file whose columns of numbers may be chosen from. */
export interface CsvTable {
  /** The columns that have a number in most of the rows. */
  readonly columns: readonly { readonly name: string; readonly values: Float64Array }[];
  readonly rows: number;
}

const LARGEST = 50 * 2 ** 20;

/** @throws Error, in one line for the reader, if the text is no table with two columns of numbers */
export function readCsv(name: string, text: string): CsvTable {
  const fail = (what: string) => new Error(`${name}: ${what}`);
  if (text.length > LARGEST) throw fail('is larger than 50 MB; take a part of it.');
  if (text.includes('\0')) throw fail('is not a text file.');
  const { data } = Papa.parse<string[]>(text.trim(), { skipEmptyLines: 'greedy' });
  if (data.length < 2) throw fail('has no rows of numbers.');
  const hasHeader = data[0].some((field) => field.trim() !== '' && Number.isNaN(toNumber(field)));
  const rows = hasHeader ? data.slice(1) : data;
  const width = Math.max(...data.slice(0, 100).map((row) => row.length));
  const columns = Array.from({ length: width }, (_, i) => ({
    name: (hasHeader && data[0][i]?.trim()) || `column ${i + 1}`,
    values: Float64Array.from(rows, (row) => toNumber(row[i] ?? '')),
  })).filter(({ values }) => isMostlyNumbers(values));
  if (columns.length < 2)
    throw fail(`needs two columns of numbers that vary, and has ${columns.length === 0 ? 'none' : 'one'}.`);
  return { columns, rows: rows.length };
}

/** NaN for what is no number; a decimal comma is read too. */
function toNumber(field: string): number {
  const text = field.trim();
  if (text === '') return NaN;
  const value = Number(text);
  return Number.isNaN(value) && /^[-+]?\d+,\d+$/.test(text) ? Number(text.replace(',', '.')) : value;
}

function isMostlyNumbers(values: Float64Array): boolean {
  const finite = values.filter((value) => Number.isFinite(value));
  return finite.length > values.length / 2 && finite.some((value) => value !== finite[0]);
}
