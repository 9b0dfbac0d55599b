import type { Matrix } from '../../statistics/statistics.js';
import { asUtf8 } from '../bytes.js';
import { CsvParser } from './csv-parser.js';
import type { ReadOptions } from '../read-options.js';
import type { Block, TableStream } from '../table.js';

/**
 * Opens a CSV file of numbers as its bytes come in; what was not said of it is found out from its beginning.
 *
 * Fields are separated by the delimiter that gives all first lines as many fields, quoted or not; lines end in LF, CRLF or CR; blank lines are
 * left out. The first line is a header if one of its fields is a name.
 *
 * @throws UserError naming `file:line` or `file:line:column` where a line has too few or too many fields, or a field is no finite number
 */
export async function openCsv(
  source: string,
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): Promise<TableStream> {
  const parser = new CsvParser(source, options);
  const bytes = asUtf8(chunks, source, options.encoding)[Symbol.asyncIterator]();
  const read = async () => {
    const { done, value } = await bytes.next();
    if (done) parser.end();
    else parser.push(value);
    return !done;
  };
  let goesOn = true;
  while (goesOn && !parser.isOpen) goesOn = await read();
  async function* blocks(): AsyncGenerator<Block> {
    try {
      yield* parser.take();
      while (goesOn) {
        goesOn = await read();
        yield* parser.take();
      }
    } finally {
      await bytes.return?.(undefined);
    }
  }
  return {
    source,
    names: parser.names,
    hasHeader: parser.hasHeader,
    columns: parser.columns,
    given: parser.given,
    categories: parser.categories,
    notices: parser.notices,
    missing: parser.missing,
    blocks,
  };
}

/** The line that names the columns. */
export function formatHeader(names: readonly string[]): string {
  return `${names.map(quote).join(',')}\n`;
}

/**
 * A line for each row.
 *
 * @param categories of each column, by code; null for numbers
 */
export function formatRows(
  { values, rows, columns }: Matrix,
  categories: readonly (readonly string[] | null)[] = [],
): string {
  const hasText = categories.some((own) => own !== null);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const line = values.subarray(row * columns, (row + 1) * columns);
    text += hasText
      ? `${Array.from(line, (value, i) => (categories[i] ? quoted(categories[i][value]) : value)).join(',')}\n`
      : `${line.join(',')}\n`;
  }
  return text;
}

/** Names that a spreadsheet would take for a formula are quoted, with an apostrophe that makes them text there. */
function quote(name: string): string {
  return /^[=+\-@\t\r]/.test(name) ? `"'${name.replaceAll('"', '""')}"` : quoted(name);
}

/** A text as a field, in quotes where it would not be one otherwise. */
function quoted(text: string): string {
  return /[",;|\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
