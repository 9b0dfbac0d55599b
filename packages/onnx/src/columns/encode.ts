import { asLogDensity, density, type Flow } from '../flow.js';
import type { Graph, Value } from '../graph/graph.js';
import { ELEMENT } from '../protobuf/model.js';
import type { OnnxColumn, OnnxColumns } from './column.js';

/** The log-densities of rows of a table, `[rows, D]` to `[rows]`; `uniform` `[rows, D]` is the noise of columns on a grid. */
export function scoreRows(
  graph: Graph,
  flow: Flow,
  columns: OnnxColumns | undefined,
  x: Value,
  context: Value | undefined,
  uniform: Value | undefined,
): Value {
  const scored = (rows: Value, given: Value | undefined) =>
    asLogDensity(graph, density(graph, flow, rows, given), rows);
  if (!columns) return scored(x, context);
  const rows = encodeRows(graph, columns, x, uniform);
  // A level that there is none of has become NaN.
  return asLogDensity(graph, sumOfTurns(graph, columns, rows, context, scored), x);
}

/** Rows as the flow is a density of them. */
function encodeRows(graph: Graph, columns: OnnxColumns, x: Value, uniform: Value | undefined): Value {
  const coded = eachColumn(graph, columns, x, (value, column) => {
    const { circle, levels } = column;
    if (levels) return placeAmong(graph, levels, value);
    return circle
      ? intoTurn(graph, value, circle.centre - (circle.high - circle.low) / 2, circle.high - circle.low)
      : value;
  });
  if (uniform === undefined) return coded;
  const steps = graph.floats(columns.map((column) => column?.grid?.step ?? 0));
  return graph.op('Add', [coded, graph.op('Mul', [uniform, steps])]);
}

/**
 * The density of rows with angles is the sum of those of all of their places: no turn, one back or one on in each column of them.
 *
 * @param logProb the log-density of rows on the line
 */
function sumOfTurns(
  graph: Graph,
  columns: OnnxColumns,
  x: Value,
  context: Value | undefined,
  logProb: (x: Value, context: Value | undefined) => Value,
): Value {
  const turns = turnsOf(columns);
  if (turns.length === 1) return logProb(x, context);
  const moved = graph.op(
    'Concat',
    turns.map((turn) => graph.op('Add', [x, graph.floats(turn)])),
    { axis: 0 },
  );
  const repeated =
    context &&
    graph.op(
      'Concat',
      turns.map(() => context),
      { axis: 0 },
    );
  graph.takeRowsOf(moved);
  const all = graph.splitEqually(logProb(moved, repeated), turns.length);
  const largest = graph.op('Max', all);
  // The difference of two infinities would be none.
  const finite = graph.op('Where', [graph.op('Equal', [largest, -Infinity]), 0, largest]);
  const sum = graph.op(
    'Sum',
    all.map((each) => graph.op('Exp', [graph.op('Sub', [each, finite])])),
  );
  return graph.op('Add', [graph.op('Log', [sum]), finite]);
}

function turnsOf(columns: OnnxColumns): number[][] {
  return columns.reduce<number[][]>(
    (turns, column) => {
      const turn = column?.circle ? column.circle.high - column.circle.low : 0;
      const steps = turn === 0 ? [0] : [0, -turn, turn];
      return turns.flatMap((before) => steps.map((step) => [...before, step]));
    },
    [[]],
  );
}

/** Columns that there is something to be done with, each on its own, `[rows, 1]`; the others as they are. */
export function eachColumn(
  graph: Graph,
  columns: OnnxColumns,
  rows: Value,
  map: (value: Value, column: OnnxColumn) => Value,
): Value {
  if (columns.every((column) => column === null)) return rows;
  const parts = graph.splitColumns(
    rows,
    columns.map(() => 1),
  );
  return graph.joinColumns(parts.map((part, i) => (columns[i] ? map(part, columns[i]) : part)));
}

/** Into [low, low + turn). */
export function intoTurn(graph: Graph, value: Value, low: number, turn: number): Value {
  const turns = graph.op('Floor', [graph.op('Mul', [graph.op('Sub', [value, low]), 1 / turn])]);
  const wrapped = graph.op('Sub', [value, graph.op('Mul', [turns, turn])]);
  const isOutside = graph.op('Or', [
    graph.op('Less', [wrapped, low]),
    graph.op('GreaterOrEqual', [wrapped, low + turn]),
  ]);
  return graph.op('Where', [isOutside, low, wrapped]);
}

/** The place of a level, NaN for what is none, which has no density. */
function placeAmong(graph: Graph, levels: readonly number[], value: Value): Value {
  const all = Float32Array.from(levels);
  const places = Float32Array.from(all.keys());
  const isLevel = graph.op('Cast', [graph.op('Equal', [value, graph.floats(all, [1, all.length])])], {
    to: ELEMENT.float,
  });
  const sumOf = (each: Value) => graph.op('ReduceSum', [each, graph.integers([1])], { keepdims: 1 });
  const place = sumOf(graph.op('Mul', [isLevel, graph.floats(places, [1, all.length])]));
  return graph.op('Where', [graph.op('Equal', [sumOf(isLevel), 1]), place, NaN]);
}
