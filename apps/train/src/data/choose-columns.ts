import { UserError } from '../errors.js';
import { excerpt } from '../printable.js';
import type { ReadOptions } from './read-options.js';

/**
 * Which columns to read, as indices, in order.
 *
 * @throws UserError if a column asked for is not there, or a name stands for several
 */
export function chooseColumns(source: string, names: readonly string[], { columns, drop }: ReadOptions): number[] {
  const find = (wanted: string) => {
    const found = names.flatMap((name, i) => (name === wanted ? [i] : []));
    if (found.length === 1) return found[0];
    if (found.length > 1) throw new UserError(`${source}: ${found.length} columns are called "${excerpt(wanted)}"; their numbers are ${found.map((i) => i + 1).join(', ')}`);
    const index = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
    if (index >= 0 && index < names.length) return index;
    const list = names.slice(0, 20).map((name) => `"${excerpt(name, 40)}"`).join(', ');
    throw new UserError(`${source}: has no column "${excerpt(wanted)}"; it has ${list}${names.length > 20 ? ', …' : ''}`);
  };
  const left = new Set((drop ?? []).map(find));
  const chosen = (columns?.map(find) ?? names.map((_, i) => i)).filter((i) => !left.has(i));
  if (new Set(chosen).size < chosen.length) throw new UserError(`${source}: --columns names a column twice`);
  if (chosen.length === 0) throw new UserError(`${source}: no column is left to read`);
  return chosen;
}

/** How an option names a column: by its number, unless another column is called that. */
export function columnOption(names: readonly string[], column: number): string {
  const number = String(column + 1);
  return names.some((name, i) => name === number && i !== column) ? `'${excerpt(names[column], 40).replaceAll(',', ',,')}'` : number;
}
