import { shownTexts } from '../data/category-codes.js';
import { excerpt } from '../terminal/printable.js';
import type { ColumnProfile } from './column-profile.js';
import type { ColumnUnits } from './column-units.js';
import type { DeclaredKind } from './kinds/declared-kind.js';

/** Of a column: what it is, how it is learned, and in how many rows that were left out it has no value. */
export interface ColumnFacts {
  profile: ColumnProfile;
  units: ColumnUnits;
  missing: number;
}

/** The table of columns that is shown before training. */
export function columnRows(
  columns: readonly ColumnFacts[],
  isDequantized: boolean,
): { header: string[]; rows: string[][] } {
  return {
    header: ['column', 'kind', 'from', 'to', 'values', 'missing', 'what is done'],
    rows: columns.map((facts) => {
      const { name, kind, declared, low, high, distinct } = facts.profile;
      return [
        excerpt(name, 30),
        declared?.kind ?? kind,
        declared?.kind === 'categorical' ? '' : number(low),
        declared?.kind === 'categorical' ? '' : number(high),
        String(distinct),
        String(facts.missing),
        treatment(facts, isDequantized),
      ];
    }),
  };
}

function treatment({ profile, units }: ColumnFacts, isDequantized: boolean): string {
  const { declared } = profile;
  if (declared?.kind === 'categorical')
    return `${profile.isGiven ? 'given' : 'the probabilities of its categories are learned'}: ${shownTexts(declared.categories, 3)}`;
  if (declared) return treatmentOf(declared);
  if (!isDiscrete(profile))
    return `${profile.isGiven ? 'given; ' : ''}centred and scaled by ${units.isRobust ? 'median and quantiles' : 'mean and deviation'}`;
  return isDequantized && profile.grid
    ? `uniform noise from 0 to ${number(profile.grid.step)} is added`
    : 'taken for real numbers: see the warning';
}

function treatmentOf(kind: Exclude<DeclaredKind, { kind: 'categorical' }>): string {
  switch (kind.kind) {
    case 'positive':
      return 'its logarithm is learned';
    case 'bounded':
      return `its logit between ${number(kind.low)} and ${number(kind.high)} is learned`;
    case 'integer':
      return 'uniform noise from 0 to 1 is added';
    case 'ordinal':
      return `the order of its ${kind.levels.length} values is learned, with uniform noise`;
    case 'circular':
      return `${number(kind.low)} and ${number(kind.high)} are the same angle`;
  }
}

/** Whether a column that is learned has no density without noise, and its kind neither adds any nor does without. */
function isDiscrete({ kind, isGiven, declared }: ColumnProfile): boolean {
  const isCounted = declared !== null && ['integer', 'ordinal', 'categorical'].includes(declared.kind);
  return !isGiven && !isCounted && (kind === 'few-valued' || kind === 'integer' || kind === 'on a grid');
}

/** What the user should know before training. */
export function columnWarnings(columns: readonly ColumnFacts[], isDequantized: boolean): string[] {
  const discrete = columns
    .map(({ profile }) => profile)
    .filter((profile) => isDiscrete(profile) && !(isDequantized && profile.grid && !profile.declared));
  const outlying = columns.filter(({ profile }) => profile.outlier);
  return [
    ...firstFew(discrete.map(discreteWarning), 'hold few or evenly spaced values: the table above names them'),
    ...firstFew(outlying.map(outlierWarning), 'have values far from the others'),
  ];
}

/** So many warnings of a kind are written out. */
const WRITTEN_OUT = 5;

function firstFew(warnings: string[], likewise: string): string[] {
  const more = warnings.length - WRITTEN_OUT;
  if (more <= 0) return warnings;
  return [...warnings.slice(0, WRITTEN_OUT), `${more} more ${more === 1 ? 'column' : 'columns'} ${likewise}`];
}

function discreteWarning(profile: ColumnProfile): string {
  const { grid, distinct } = profile;
  if (!grid) {
    return `${named(profile)} takes only ${distinct} values, on no regular grid: its density can grow without end around them, and the gain means nothing; leave it out with --drop, or train on the rows of each value separately`;
  }
  const what = {
    'few-valued': `has only ${distinct} different values`,
    integer: grid.step === 1 ? 'holds whole numbers only' : `holds whole numbers in steps of ${number(grid.step)} only`,
    'on a grid': `holds numbers in steps of ${number(grid.step)} only, ${distinct} different ones`,
  }[profile.kind as 'few-valued' | 'integer' | 'on a grid'];
  return `${named(profile)} ${what}: its density grows without end around them, and the gain means nothing; ${profile.declared ? '--dequantize in place of its kind' : '--dequantize'} adds noise that makes it a density`;
}

function outlierWarning({ profile, units }: ColumnFacts): string {
  const { row, value } = profile.outlier!;
  const what = units.isRobust
    ? 'it is centred and scaled by median and quantiles, which values far out do not move; the Gaussian that the flow is compared with is not'
    : 'the rows to train on are without such values, and those to validate or test on are judged with them';
  return `${named(profile)} has ${value} in row ${row}, far from the others: ${what}`;
}

function named({ name }: ColumnProfile): string {
  return `column "${excerpt(name, 40)}"`;
}

function number(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
