import { categoriesOf, checkKinds } from '../columns/kinds/declared-kind.js';
import { categoricalColumns, tableColumns } from '../model/given-columns.js';
import { openCsv } from '../data/csv/csv.js';
import { openParquetBytes } from '../data/parquet.js';
import { Gatherer, type TableStream } from '../data/table.js';
import { checkModelColumns } from '../model/model-columns.js';
import type { FlowModel } from '../model/models.js';
import type { Matrix } from '../statistics/statistics.js';
import { HttpError, tooLarge } from './http-error.js';
import { jsonObject, jsonRows, seedOf, shown } from './json-rows.js';
import { CSV, JSON_TYPE, PARQUET } from './media-types.js';

/** What errors call the body of a request. */
const BODY = 'body';

/** Rows to score, and what the noise of columns on a grid comes from. */
export interface ScoreRequest {
  readonly rows: Matrix;
  readonly seed: number;
}

/**
 * The rows of a body: `{"rows": […], "seed": 0}` as JSON, or a table as CSV or Parquet, as `score` reads them.
 *
 * @param type the body's media type
 * @throws HttpError or UserError if they are no rows of the model, or too many
 */
export async function scoreRequest(
  body: Uint8Array,
  type: string | undefined,
  model: FlowModel,
  most: number,
): Promise<ScoreRequest> {
  const { names, kinds } = tableColumns(model.notes);
  const request = await readRequest(body, type, model, most);
  checkKinds(BODY, request.rows, names, kinds);
  return request;
}

async function readRequest(
  body: Uint8Array,
  type: string | undefined,
  model: FlowModel,
  most: number,
): Promise<ScoreRequest> {
  const { names, kinds, roles } = tableColumns(model.notes);
  if (type === JSON_TYPE) {
    const { rows, seed } = jsonObject(body, ['rows', 'seed']);
    const columns = names.map((name, i) => ({
      name,
      categories: categoriesOf(kinds[i]),
      isOpen: !roles.given.includes(i),
    }));
    return { rows: jsonRows(rows, columns, 'rows', most), seed: seedOf(seed) ?? 0 };
  }
  if (type === PARQUET || type === CSV) {
    const options = { wanted: [...names], categorical: categoricalColumns(model.notes, 'counted') };
    const table = await (type === CSV
      ? openCsv(BODY, inOnePiece(body), options)
      : openParquetBytes(BODY, body, options));
    return { rows: await gather(table, model, most), seed: 0 };
  }
  throw new HttpError(415, `Content-Type must be ${JSON_TYPE}, ${CSV} or ${PARQUET}, got ${shown(type)}`);
}

async function* inOnePiece(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

async function gather(table: TableStream, model: FlowModel, most: number): Promise<Matrix> {
  checkModelColumns(table, model);
  const check = (rows: number) => {
    if (rows > most) throw tooLarge(`the body has more than ${most} rows, which are taken at once at most`);
  };
  check(table.rows ?? 0);
  const gatherer = new Gatherer();
  let rows = 0;
  for await (const block of table.blocks()) {
    check((rows += block.rows));
    gatherer.add(block.values);
  }
  return { values: gatherer.finish(), rows, columns: table.columns };
}
