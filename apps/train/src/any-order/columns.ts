import type { CategoricalColumn } from '../data/category-codes.js';
import { type ReadOptions, readOptionsOf } from '../data/read-options.js';
import { openTable } from '../data/read-table.js';
import type { TableStream } from '../data/table.js';
import { categoriesOf, type DeclaredKind } from '../columns/kinds/declared-kind.js';
import { OutsideCounter } from '../model/given-columns.js';
import type { AnyOrderNotes } from '../model/model-notes.js';
import type { Matrix } from '../statistics/statistics.js';
import { UsageError, UserError } from '../terminal/errors.js';
import type { Host } from '../terminal/host.js';
import { excerpt } from '../terminal/printable.js';

/** The places of some columns of a model. */
export function placesOf(list: readonly string[], option: string, names: readonly string[]): number[] {
  const places = list.map((name) => {
    const place = names.indexOf(name);
    const known = names.slice(0, 20).map((other) => `"${excerpt(other, 40)}"`);
    if (place < 0)
      throw new UsageError(
        `${option}: the model has no column "${excerpt(name, 40)}"; it has ${known.join(', ')}${names.length > 20 ? ', …' : ''}`,
      );
    return place;
  });
  if (new Set(places).size < places.length) throw new UsageError(`${option}: names a column twice`);
  return places;
}

/**
 * Opens a table for some columns of a model, in their order there; missing values are NaN.
 *
 * @throws UserError if it does not have them
 */
export async function openColumns(
  host: Host,
  file: string,
  { columns, kinds = [] }: AnyOrderNotes,
  places: readonly number[],
  { others, ...options }: ReadOptions & { others: (place: number) => CategoricalColumn['others'] },
): Promise<TableStream> {
  const wanted = places.map((place) => columns[place]);
  const categorical = places.flatMap((place): [string, CategoricalColumn][] => {
    const texts = categoriesOf(kinds[place] ?? null);
    return texts ? [[columns[place], { texts: [...texts], others: others(place) }]] : [];
  });
  const reading: ReadOptions = {
    ...readOptionsOf(options),
    missing: options.missing ?? 'keep',
    wanted,
    ...(categorical.length > 0 && { categorical: Object.fromEntries(categorical) }),
  };
  const table = await openTable(host.cwd, file, reading, host.stdin);
  const missing = table.hasHeader ? wanted.find((name) => !table.names.includes(name)) : undefined;
  if (missing !== undefined)
    throw new UserError(`${table.source}: has no column "${excerpt(missing, 40)}", which the model was trained on`);
  if (table.columns !== wanted.length)
    throw new UserError(`${table.source}: has ${table.columns} columns, ${wanted.length} are needed`);
  return table;
}

/** The lowest and the highest value of each column that is there; null for categories. */
export function rangesOf(
  { values, columns }: Matrix,
  kinds: readonly (DeclaredKind | null)[],
): NonNullable<AnyOrderNotes['ranges']> {
  const lows = new Float64Array(columns).fill(Infinity);
  const highs = new Float64Array(columns).fill(-Infinity);
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    lows[i % columns] = Math.min(lows[i % columns], value);
    highs[i % columns] = Math.max(highs[i % columns], value);
  }
  return kinds.map((kind, i) => (categoriesOf(kind) || lows[i] > highs[i] ? null : [lows[i], highs[i]]));
}

/** Counts values of all columns, NaN for what is not given, that are far outside of what the model was trained on. */
export function outsideCounter({ columns, ranges }: AnyOrderNotes): OutsideCounter {
  return new OutsideCounter(
    columns.map((name, i) => {
      const [low, high] = ranges?.[i] ?? [null, null];
      return { name, low, high };
    }),
  );
}

/** Rows of some columns as rows of all of them, with NaN in the others. */
export function widened({ values, rows, columns }: Matrix, places: readonly number[], width: number): Matrix {
  const whole = new Float64Array(rows * width).fill(NaN);
  for (const [i, value] of values.entries()) whole[Math.floor(i / columns) * width + places[i % columns]] = value;
  return { values: whole, rows, columns: width };
}
