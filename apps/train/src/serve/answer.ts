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

/**
 * Answers with a table in the format that the client accepts: Parquet, CSV, or else JSON.
 *
 * @param asJson what JSON has in its place
 */
export function sendTable(
  request: IncomingMessage,
  response: ServerResponse,
  names: readonly string[],
  table: Matrix,
  asJson: () => unknown,
): void {
  const { accept = '' } = request.headers;
  if (accept.includes(PARQUET)) send(response, 200, parquet(names, table), { 'Content-Type': PARQUET });
  else if (accept.includes(CSV))
    send(response, 200, formatHeader(names) + formatRows(table), { 'Content-Type': `${CSV}; charset=utf-8` });
  else sendJson(response, 200, asJson());
}

/** Rows as lists of numbers. */
export function listsOf({ values, rows, columns }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);
}

function parquet(names: readonly string[], table: Matrix): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: names.map((name, i) => ({ name, data: column(table, i), type: 'DOUBLE', nullable: false })),
    }),
  );
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
