import type { IncomingMessage, ServerResponse } from 'node:http';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { formatHeader, formatRows } from '../data/csv/csv.js';
import { column, type Matrix } from '../statistics/statistics.js';
import { CSV, JSON_TYPE, PARQUET } from './media-types.js';

/** Answers with JSON, in a line of its own. */
export function sendJson(
  response: ServerResponse,
  status: number,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, status, `${JSON.stringify(content)}\n`, { 'Content-Type': JSON_TYPE, ...headers });
}

/** A table to answer with: the categories of each column, in the order of their codes, where it has some. */
export interface AnswerTable extends Matrix {
  readonly names: readonly string[];
  readonly categories?: readonly (readonly string[] | null)[];
}

/**
 * Answers with a table in the format that the client accepts: Parquet, CSV, or else JSON.
 *
 * @param asJson what JSON has in its place
 */
export function sendTable(
  request: IncomingMessage,
  response: ServerResponse,
  table: AnswerTable,
  asJson: () => unknown,
): void {
  const { accept = '' } = request.headers;
  if (accept.includes(PARQUET)) send(response, 200, parquet(table), { 'Content-Type': PARQUET });
  else if (accept.includes(CSV))
    send(response, 200, formatHeader(table.names) + formatRows(table, table.categories), {
      'Content-Type': `${CSV}; charset=utf-8`,
    });
  else sendJson(response, 200, asJson());
}

/** Rows as lists of numbers and categories. */
export function listsOf({ values, rows, columns, categories = [] }: AnswerTable): (number | string)[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(
      values.subarray(row * columns, (row + 1) * columns),
      (value, i): number | string => categories[i]?.[value] ?? value,
    ),
  );
}

function parquet(table: AnswerTable): Uint8Array {
  const { names, categories = [] } = table;
  const columnData = names.map((name, i) => {
    const [data, own] = [column(table, i), categories[i]];
    return own
      ? { name, data: Array.from(data, (code) => own[code]), type: 'STRING' as const, nullable: false }
      : { name, data, type: 'DOUBLE' as const, nullable: false };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function send(
  response: ServerResponse,
  status: number,
  content: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  response.writeHead(status, { ...headers, 'Content-Length': bytes.length });
  response.end(bytes);
}
