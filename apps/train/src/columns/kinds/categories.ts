import { shownTexts } from '../../data/category-codes.js';
import { column, formatCount, type Matrix } from '../../statistics/statistics.js';
import { excerpt } from '../../terminal/printable.js';
import { present } from '../../statistics/present.js';
import { categoriesOf, type DeclaredKind } from './declared-kind.js';

/** Where a category stands in so few rows on average, most of them tell nothing. */
const FEW_ROWS = 3;

/** How often each category stands in some rows. */
export function categoryCounts(codes: Float64Array, categories: number): Float64Array {
  const counts = new Float64Array(categories);
  for (const code of codes) counts[code]++;
  return counts;
}

/** What a category has in advance, so that none is impossible (Jeffreys' prior). */
const IN_ADVANCE = 0.5;

/** The logarithm of how frequent each category is, by some rows: `log (n + ½) / (N + K/2)`. */
export function logFrequenciesOf(codes: Float64Array, categories: number): Float64Array {
  const total = codes.length + IN_ADVANCE * categories;
  return categoryCounts(codes, categories).map((count) => Math.log((count + IN_ADVANCE) / total));
}

/** What the user should know of the columns of categories before training. */
export function categoryWarnings(
  train: Matrix,
  names: readonly string[],
  kinds: readonly (DeclaredKind | null)[],
): string[] {
  return names.flatMap((name, i) => {
    const categories = categoriesOf(kinds[i]);
    if (!categories) return [];
    const counts = categoryCounts(present(column(train, i)), categories.length);
    const unseen = categories.filter((_, code) => counts[code] === 0);
    const named = `column "${excerpt(name, 40)}"`;
    const isSparse = train.rows < FEW_ROWS * categories.length;
    return [
      ...(unseen.length > 0
        ? [
            `${named}: ${unseen.length} of ${categories.length} categories are in no row to train on, so that nothing is learned of them: ${shownTexts(unseen, 3)}`,
          ]
        : []),
      ...(isSparse
        ? [
            `${named} has ${formatCount(categories.length)} categories in ${formatCount(train.rows)} rows to train on: too many for what most of them go with to be learned; --drop leaves it out`,
          ]
        : []),
    ];
  });
}

/** What to tell of rows with categories that a model does not know, whose code lies beyond those of the others. */
export function unknownCategoryWarnings(
  rows: Matrix,
  names: readonly string[],
  kinds: readonly (DeclaredKind | null)[],
): string[] {
  return names.flatMap((name, i) => {
    const categories = categoriesOf(kinds[i]);
    const count = categories ? column(rows, i).filter((code) => code >= categories.length).length : 0;
    if (count === 0) return [];
    const where = rows.rows === 1 ? '' : ` in ${count} of ${rows.rows} rows`;
    return [`"${excerpt(name, 40)}" has categories that are not among those of the model${where}: there is no density`];
  });
}
