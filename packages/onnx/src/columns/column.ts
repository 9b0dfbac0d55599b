import { checkNumber } from '@pushforward/tensor';

/**
 * The form of a table's column whose values are not just the numbers that a flow is a density of. Every field that is there holds, in this
 * order for the density and in the reverse order for samples.
 */
export interface OnnxColumn {
  /** Angles, which come back after a turn of `high − low`: the flow has them as places on the line, at most half a turn from `centre`, and one turn more or less. */
  circle?: { low: number; high: number; centre: number };
  /** The values of the table, ascending, for whose places 0, 1, 2, … the flow is a density. */
  levels?: readonly number[];
  /**
   * The flow is a density of values with uniform noise of one step; samples are rounded down to `start + k·step`, k from 0 to `steps` if that is given. `values` are
   * those that the table has in place of these, one for each k.
   */
  grid?: { start: number; step: number; steps?: number; values?: readonly number[] };
  /** Between which numbers samples are kept, both included. */
  range?: readonly [low: number, high: number];
}

/** The form of each column; null for plain numbers. */
export type OnnxColumns = readonly (OnnxColumn | null)[];

/** @throws Error if something is not a column of that kind, by its place */
export function checkColumns(columns: unknown, dim: number): OnnxColumns {
  const name = 'exportOnnx: columns';
  if (!Array.isArray(columns) || columns.length !== dim)
    throw new Error(
      `${name} must be one for each of ${dim} numbers, got ${Array.isArray(columns) ? columns.length : typeof columns}`,
    );
  for (const [i, column] of (columns as OnnxColumns).entries()) {
    const { circle, levels, grid, range } = column ?? {};
    if (circle) {
      for (const [field, value] of Object.entries(circle)) checkNumber(`${name}[${i}].circle.${field}`, value);
      if (!(circle.low < circle.high)) throw new Error(`${name}[${i}].circle: low must be below high`);
    }
    if (levels && !(levels.length > 0 && levels.every((level, k) => k === 0 || level > levels[k - 1])))
      throw new Error(`${name}[${i}].levels must be numbers in ascending order`);
    if (grid) {
      checkNumber(`${name}[${i}].grid.start`, grid.start);
      checkNumber(`${name}[${i}].grid.step`, grid.step, { above: 0 });
      if (grid.values && grid.values.length !== (grid.steps ?? -1) + 1)
        throw new Error(`${name}[${i}].grid: values must be one for each of 0 to steps`);
    }
    if (range && !(range[0] <= range[1])) throw new Error(`${name}[${i}].range must be two numbers in order`);
  }
  return columns as OnnxColumns;
}
