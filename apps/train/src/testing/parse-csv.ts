import { CsvParser } from '../data/csv/csv-parser.js';
import type { ReadOptions } from '../data/read-options.js';
import { Gatherer, type Table, tableOf } from '../data/table.js';

/** A table from a CSV text, as the command reads it from a file. */
export function parseCsv(text: string, source: string, options: ReadOptions = {}): Table {
  const parser = new CsvParser(source, options);
  parser.push(new TextEncoder().encode(text.replace(/^\uFEFF/, '')));
  parser.end();
  const gatherer = new Gatherer();
  for (const { values } of parser.take()) gatherer.add(values);
  const { names, hasHeader, columns, given, categories, notices, missing } = parser;
  return tableOf({ source, names, hasHeader, columns, given, categories, notices, missing }, gatherer.finish());
}
