import { tableColumns } from '../model/given-columns.js';
import type { FlowModel } from '../model/models.js';
import type { Matrix } from '../statistics/statistics.js';
import { HttpError, tooLarge } from './http-error.js';
import { type JsonColumn, jsonObject, jsonRows, seedOf, shown } from './json-rows.js';
import { JSON_TYPE } from './media-types.js';

/** How many rows to draw, for each of the given rows if anything is given, and what they come from. */
export interface SampleRequest {
  readonly count: number;
  readonly seed: number | undefined;
  readonly given: Matrix | undefined;
}

/**
 * What a body asks to draw: `{"count": 100, "seed": 0, "given": {"a": 3}}`, where `given` may also be a list of such rows.
 *
 * @param type the body's media type
 * @throws HttpError if it makes no sense for the model, or is too much
 */
export function sampleRequest(
  body: Uint8Array,
  type: string | undefined,
  { notes }: FlowModel,
  most: number,
): SampleRequest {
  if (type !== JSON_TYPE) throw new HttpError(415, `Content-Type must be ${JSON_TYPE}, got ${shown(type)}`);
  const { count = 1, seed, given } = jsonObject(body, ['count', 'seed', 'given']);
  if (!Number.isSafeInteger(count) || (count as number) < 1)
    throw new HttpError(400, `count must be a whole number of at least 1, got ${shown(count)}`);
  const contexts = givenRows(given, notes.given ?? [], most);
  const rows = (count as number) * (contexts?.rows ?? 1);
  const { length: columns } = tableColumns(notes).names;
  if (rows > most)
    throw tooLarge(`${rows} rows of ${columns} values are asked for, at most ${most} rows are drawn at once`);
  return { count: count as number, seed: seedOf(seed), given: contexts };
}

function givenRows(given: unknown, columns: readonly JsonColumn[], most: number): Matrix | undefined {
  if (columns.length === 0) {
    if (given === undefined) return undefined;
    throw new HttpError(400, 'nothing is given to this model: leave "given" out');
  }
  if (given === undefined)
    throw new HttpError(
      400,
      `the model is given ${columns.map(({ name }) => name).join(', ')}: "given" says their values, in a row or a list of rows`,
    );
  return Array.isArray(given) ? jsonRows(given, columns, 'given', most) : jsonRows([given], columns, 'given', most);
}
