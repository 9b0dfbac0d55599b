import type { FlowNotes, GivenColumn } from './model-notes.js';
import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';
import { column, type Matrix } from '../statistics/statistics.js';
import type { CategoricalColumn } from '../data/category-codes.js';
import type { ReadOptions } from '../data/read-options.js';
import { categoriesOf, type DeclaredKind } from '../columns/kinds/declared-kind.js';
import { type Roles, rolesOf } from '../columns/roles.js';

/** What is saved of the columns that are given. */
export function givenColumns(
  train: Matrix,
  names: readonly string[],
  given: readonly number[],
  kinds: readonly (DeclaredKind | null)[],
): GivenColumn[] {
  return given.map((place) => {
    const sorted = column(train, place).toSorted();
    const categories = categoriesOf(kinds[place]);
    const own = { name: names[place], place, low: sorted[0], high: sorted.at(-1)! };
    return categories ? { ...own, categories: [...categories] } : own;
  });
}

/**
 * Refuses models with columns of categories.
 *
 * @param what they are refused for
 * @throws UserError that names the columns
 */
export function refuseCategories(name: string, notes: FlowNotes, what: string): void {
  const { names, kinds } = tableColumns(notes);
  const found = names.filter((_, i) => categoriesOf(kinds[i]));
  if (found.length === 0) return;
  const first = found.slice(0, 3).map((column) => `"${excerpt(column, 30)}"`);
  throw new UserError(
    `${name}: ${first.join(', ')}${found.length > 3 ? ', …' : ''} ${found.length === 1 ? 'holds' : 'hold'} categories, which ${what}`,
  );
}

/** How the columns of categories of a model are read. */
export function categoricalColumns(notes: FlowNotes, others: 'counted' | 'refused'): ReadOptions['categorical'] {
  const { names, roles, kinds } = tableColumns(notes);
  const columns = kinds.flatMap((kind, i): [string, CategoricalColumn][] => {
    const texts = categoriesOf(kind);
    if (!texts) return [];
    // Given one that the model does not know, there is no density at all.
    return [[names[i], { texts: [...texts], others: roles.given.includes(i) ? 'refused' : others }]];
  });
  return columns.length > 0 ? Object.fromEntries(columns) : undefined;
}

/** All columns of the table that a model was trained on, in their order there, which of them it learned, and what the user says that they hold. */
export function tableColumns({ columns, given = [], kinds }: FlowNotes): {
  names: string[];
  roles: Roles;
  kinds: (DeclaredKind | null)[];
} {
  const names = [...columns];
  const ofAll = kinds ? [...kinds] : columns.map(() => null);
  for (const { name, place, categories } of given) {
    names.splice(place, 0, name);
    ofAll.splice(place, 0, categories ? { kind: 'categorical', categories } : null);
  }
  return {
    names,
    kinds: ofAll,
    roles: rolesOf(
      names.length,
      given.map(({ place }) => place),
    ),
  };
}

/** So much of the range of a column beyond its ends is far outside. */
const FAR = 0.1;

/** A column whose values are counted: by place among those that are given. */
type RangedColumn = Pick<GivenColumn, 'name' | 'low' | 'high' | 'categories'>;

/** Counts the rows whose given values are far outside of what a model was trained on. */
export class OutsideCounter {
  readonly #given: readonly RangedColumn[];
  readonly #counts: number[];
  /** The first such value of each column. */
  readonly #first: number[] = [];
  #rows = 0;

  constructor(given: readonly RangedColumn[]) {
    this.#given = given;
    this.#counts = given.map(() => 0);
  }

  add({ values, rows, columns }: Matrix): void {
    this.#rows += rows;
    for (const [i, { low, high, categories }] of this.#given.entries()) {
      if (categories || low === null || high === null) continue;
      const margin = FAR * (high - low);
      for (let row = 0; row < rows; row++) {
        const value = values[row * columns + i];
        if (!(value < low - margin || value > high + margin)) continue;
        if (this.#counts[i]++ === 0) this.#first[i] = value;
      }
    }
  }

  /** A sentence for each column that has such values. */
  warnings(): string[] {
    return this.#given.flatMap(({ name, low, high }, i) => {
      if (this.#counts[i] === 0) return [];
      const [first, rest] =
        this.#rows === 1
          ? [`${this.#first[i]}, `, '']
          : ['', ` in ${this.#counts[i]} of ${this.#rows} rows, ${this.#first[i]} first`];
      return [
        `"${excerpt(name, 40)}" is ${first}far outside of the training rows (${low} to ${high})${rest}: what the model says there is a guess`,
      ];
    });
  }
}
