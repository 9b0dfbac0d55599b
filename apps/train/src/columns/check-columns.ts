import type { Table } from '../data/table.js';
import { LARGEST, SMALLEST } from '../data/single-precision.js';
import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';
import type { ColumnProfile } from './column-profile.js';
import type { ColumnUnits } from './column-units.js';

/** Half the distance between neighbouring float32 numbers, relative to their size. */
const HALF_ULP = 2 ** -24;
/** How much of the deviation of a column's bulk rounding to float32 may change. */
const ROUNDED = 1e-3;
const NAMED = 20;

/**
 * Refuses columns that a flow, which computes in single precision, could not learn the density of.
 *
 * @param units of the rows to train on
 * @throws UserError if a column is constant, is smaller or larger than single precision holds, varies by less than it can tell apart, or has one category
 */
export function checkColumns(
  { source }: Pick<Table, 'source'>,
  profiles: readonly ColumnProfile[],
  units: readonly ColumnUnits[],
): void {
  const place = (i: number) => `column ${i + 1} ("${excerpt(profiles[i].name, 40)}")`;
  const isCategorical = (i: number) => profiles[i].declared?.kind === 'categorical';
  const refuse = (isBad: (i: number) => boolean, what: (i: number) => string) => {
    const bad = profiles.flatMap((_, i) => (isBad(i) ? [i] : []));
    if (bad.length === 0) return;
    const list = bad.slice(0, NAMED).map((i) => `${place(i)} ${what(i)}`);
    throw new UserError(
      `${source}: ${list.join('; ')}${bad.length > NAMED ? `; and ${bad.length - NAMED} more columns likewise` : ''}`,
    );
  };
  refuse(
    (i) => profiles[i].distinct === 0,
    () => 'has no value in any row: leave it out',
  );
  refuse(
    (i) => isCategorical(i) && profiles[i].distinct === 1,
    () => 'has one category only, which tells nothing: leave it out',
  );
  refuse(
    (i) => profiles[i].low === profiles[i].high,
    (i) =>
      `is constant, ${profiles[i].low} in every row: ${profiles[i].isGiven ? 'given, it tells nothing of the others' : 'it has no density'}, leave it out`,
  );
  refuse(
    (i) => !isCategorical(i) && units[i].low === units[i].high,
    () => 'is constant in the rows to train on; another --seed chooses others',
  );
  refuse(
    (i) => !isCategorical(i) && units[i].scale < SMALLEST,
    (i) =>
      `varies by less than 1.2e-38 (${profiles[i].low} to ${profiles[i].high}), where single precision has no digits left: multiply it by ${powerOfTen(units[i].scale)} first`,
  );
  refuse(
    (i) => profiles[i].high - profiles[i].low > LARGEST,
    (i) =>
      `goes from ${profiles[i].low} to ${profiles[i].high}, wider than single precision reaches: multiply it by ${powerOfTen(units[i].scale)} first`,
  );
  refuse(
    (i) => !isCategorical(i) && HALF_ULP * units[i].bulk.size > ROUNDED * units[i].bulk.deviation,
    (i) =>
      `varies too little for its size (${profiles[i].low} to ${profiles[i].high}) for single precision: subtract a constant first`,
  );
}

/** What makes numbers of a size numbers of about 1. */
function powerOfTen(size: number): string {
  return `1e${-Math.round(Math.log10(size))}`;
}
