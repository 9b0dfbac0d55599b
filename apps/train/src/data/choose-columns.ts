import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';
import type { ReadOptions } from './read-options.js';

/** The columns to read. */
export interface Choice {
  /** As indices, in order. */
  chosen: number[];
  /** The places among them of those that are given, in their order. */
  given: number[];
  notices: string[];
}

/**
 * Which columns to read.
 *
 * @throws UserError if a column asked for is not there, or a name stands for several, or no column is left to learn
 */
export function chooseColumns(
  source: string,
  names: readonly string[],
  { columns, wanted, drop, given = [] }: ReadOptions,
): Choice {
  const find = (wanted: string) => {
    const found = names.flatMap((name, i) => (name === wanted ? [i] : []));
    if (found.length === 1) return found[0];
    if (found.length > 1)
      throw new UserError(
        `${source}: ${found.length} columns are called "${excerpt(wanted)}"; their numbers are ${found.map((i) => i + 1).join(', ')}`,
      );
    const index = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
    if (index >= 0 && index < names.length) return index;
    const list = names
      .slice(0, 20)
      .map((name) => `"${excerpt(name, 40)}"`)
      .join(', ');
    throw new UserError(
      `${source}: has no column "${excerpt(wanted)}"; it has ${list}${names.length > 20 ? ', …' : ''}`,
    );
  };
  const left = new Set((drop ?? []).map(find));
  const byName = columns || !wanted ? undefined : indicesOf(names, wanted);
  const chosen = (columns?.map(find) ?? byName ?? names.map((_, i) => i)).filter((i) => !left.has(i));
  if (new Set(chosen).size < chosen.length) throw new UserError(`${source}: --columns names a column twice`);
  if (chosen.length === 0) throw new UserError(`${source}: no column is left to read`);
  const places = given.map((name) => {
    const place = chosen.indexOf(find(name));
    if (place < 0)
      throw new UserError(`${source}: --given names column "${excerpt(name)}", which --columns or --drop leaves out`);
    return place;
  });
  if (new Set(places).size < places.length) throw new UserError(`${source}: --given names a column twice`);
  if (places.length === chosen.length)
    throw new UserError(`${source}: --given names every column that is read: none is left to learn`);
  const asTheyStand = chosen.length === names.length && chosen.every((column, i) => column === i);
  return {
    chosen,
    given: places.toSorted((a, b) => a - b),
    notices: byName && !asTheyStand ? [byNameNotice(names, chosen)] : [],
  };
}

/** Where names stand, or undefined unless each stands there once. */
function indicesOf(names: readonly string[], wanted: readonly string[]): number[] | undefined {
  const places = new Map<string, number>();
  for (const [i, name] of names.entries()) places.set(name, places.has(name) ? -1 : i);
  const found = wanted.map((name) => places.get(name) ?? -1);
  return found.includes(-1) || new Set(found).size < found.length ? undefined : found;
}

function byNameNotice(names: readonly string[], chosen: readonly number[]): string {
  const read = new Set(chosen);
  const left = names.filter((_, i) => !read.has(i));
  const list = left
    .slice(0, 20)
    .map((column) => `"${excerpt(column, 40)}"`)
    .join(', ');
  const rest = left.length > 0 ? `; left out: ${list}${left.length > 20 ? ', …' : ''}` : '';
  return `columns are taken by their names, in the order of the model${rest}`;
}

/** How an option names a column: by its number, unless another column is called that. */
export function columnOption(names: readonly string[], column: number): string {
  const number = String(column + 1);
  return names.some((name, i) => name === number && i !== column)
    ? `'${excerpt(names[column], 40).replaceAll(',', ',,')}'`
    : number;
}

/** How an option says that a column holds categories. */
export function kindOption(name: string): string {
  const text = `${excerpt(name, 40).replaceAll(',', ',,')}=categorical`;
  return /^[\w=,-]+$/.test(text) ? text : `'${text}'`;
}
