import type { Table } from '../data/source.js';
import type { CsvTable } from './read-csv.js';

/** What is trained on at most, so that a file of any size is one the page can show. */
const MOST = 20_000;
const FEWEST = 50;

/** The rows that have numbers in all chosen columns. @throws Error, in one line for the reader, if they are too few or say nothing */
export function tableOfColumns(
  title: string,
  { columns }: CsvTable,
  [x, y]: readonly [number, number],
  context: number | undefined,
): Table {
  const chosen = [x, y, ...(context === undefined ? [] : [context])].map((i) => columns[i]);
  if (x === y) throw new Error(`${title}: choose two different columns, not '${columns[x].name}' twice.`);
  if (context === x || context === y)
    throw new Error(`${title}: '${columns[context].name}' cannot be conditional on itself: choose a third column.`);
  const count = chosen[0].values.length;
  const whole = Array.from({ length: count }, (_, row) => row).filter((row) =>
    chosen.every(({ values }) => Number.isFinite(Math.fround(values[row]))),
  );
  if (whole.length < FEWEST)
    throw new Error(`${title}: needs ${FEWEST} rows with numbers in these columns, and has ${whole.length}.`);
  const every = Math.max(1, whole.length / MOST);
  const rows = Array.from({ length: Math.floor(whole.length / every) }, (_, i) => whole[Math.floor(i * every)]);
  for (const { name, values } of chosen) {
    if (rows.every((row) => Math.fround(values[row]) === Math.fround(values[rows[0]])))
      throw new Error(`${title}: '${name}' has the same number in every row.`);
  }
  const pick = (of: typeof chosen) => Float32Array.from(rows.flatMap((row) => of.map(({ values }) => values[row])));
  return {
    kind: 'table',
    title,
    names: [chosen[0].name, chosen[1].name],
    x: pick(chosen.slice(0, 2)),
    ...(context !== undefined && { context: { names: [chosen[2].name], values: pick(chosen.slice(2)) } }),
  };
}
