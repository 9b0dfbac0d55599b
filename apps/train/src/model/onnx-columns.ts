import type { OnnxColumn } from '@pushforward/onnx';
import type { FlowNotes } from './model-notes.js';
import { rangeOf } from '../columns/kinds/code.js';
import type { DeclaredKind } from '../columns/kinds/declared-kind.js';
import { type ColumnGrid, quantize } from '../columns/dequantize.js';

/** More values than these are computed from their places, not looked up. */
const MOST_VALUES = 1 << 16;

/** The columns that a model learned, as an ONNX file of it takes and gives them; null for plain numbers. */
export function onnxColumns({ columns, grid, kinds }: FlowNotes): (OnnxColumn | null)[] {
  return columns.map((_, i) => {
    const column = { ...ofKind(kinds?.[i] ?? null), ...ofGrid(grid?.[i]) };
    return Object.keys(column).length > 0 ? column : null;
  });
}

function ofKind(kind: DeclaredKind | null): OnnxColumn {
  switch (kind?.kind) {
    case 'positive':
    case 'bounded':
    case 'integer':
      return { range: rangeOf(kind) };
    case 'ordinal':
      return { levels: kind.levels };
    case 'circular':
      return { circle: { low: kind.low, high: kind.high, centre: kind.centre } };
    // Refused before: they have no form in ONNX yet.
    case 'categorical':
    case undefined:
      return {};
  }
}

function ofGrid(grid: ColumnGrid | undefined): OnnxColumn {
  if (!grid || grid.step === 0) return {};
  const { start, step, steps } = grid;
  if (steps === undefined || steps >= MOST_VALUES) return { grid: { start, step, steps } };
  // Halfway between two places nothing is rounded to the wrong one.
  const halves = Float64Array.from({ length: steps + 1 }, (_, k) => start + step * (k + 0.5));
  const { values } = quantize({ values: halves, rows: steps + 1, columns: 1 }, [grid]);
  return { grid: { start, step, steps, values: [...values] } };
}
