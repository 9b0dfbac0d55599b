import { type Matrix, takeColumns } from '../statistics/statistics.js';

/** Which columns of a table are learned and which are given, as ascending indices. */
export interface Roles {
  learned: readonly number[];
  given: readonly number[];
}

/** Rows in two parts: what is learned of them, and what is given if anything is. */
export interface Parts {
  x: Matrix;
  given?: Matrix;
}

/** The roles of so many columns. */
export function rolesOf(columns: number, given: readonly number[]): Roles {
  const learned = Array.from({ length: columns }, (_, i) => i).filter((i) => !given.includes(i));
  return { learned, given };
}

/** Rows of a table in their two parts. */
export function partsOf(table: Matrix, { learned, given }: Roles): Parts {
  const x = takeColumns(table, learned);
  return given.length > 0 ? { x, given: takeColumns(table, given) } : { x };
}

/** The columns of two parts in the order that they have in a table. */
export function joinParts({ x, given }: Parts, roles: Roles): Matrix {
  if (!given) return x;
  const columns = x.columns + given.columns;
  const values = new Float64Array(x.rows * columns);
  for (const [part, places] of [
    [x, roles.learned],
    [given, roles.given],
  ] as const) {
    for (const [i, value] of part.values.entries()) {
      const row = Math.floor(i / part.columns);
      values[row * columns + places[i % part.columns]] = value;
    }
  }
  return { values, rows: x.rows, columns };
}
