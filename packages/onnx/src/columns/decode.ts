import type { Graph, Value } from '../graph/graph.js';
import { ELEMENT } from '../protobuf/model.js';
import type { OnnxColumns } from './column.js';
import { eachColumn, intoTurn } from './encode.js';

/** Turns a flow's samples, `[rows, D]`, into values that the table may have. */
export function decodeRows(graph: Graph, columns: OnnxColumns, drawn: Value): Value {
  return eachColumn(graph, columns, drawn, (value, { circle, levels, grid, range }) => {
    let result = value;
    if (grid) {
      const { start, step, steps = Infinity, values } = grid;
      const place = graph.op('Floor', [graph.op('Mul', [graph.op('Sub', [value, start]), 1 / step])]);
      const inside = steps === Infinity ? place : graph.op('Clip', [place, 0, steps]);
      result = values ? chosen(graph, values, inside) : graph.op('Add', [graph.op('Mul', [inside, step]), start]);
    }
    if (levels) result = chosen(graph, levels, graph.op('Clip', [result, 0, levels.length - 1]));
    if (range) result = graph.op('Clip', [result, ...range]);
    return circle ? intoTurn(graph, result, circle.low, circle.high - circle.low) : result;
  });
}

function chosen(graph: Graph, values: readonly number[], place: Value): Value {
  const isMissing = graph.op('IsNaN', [place]);
  const index = graph.op('Cast', [graph.op('Where', [isMissing, 0, place])], { to: ELEMENT.int64 });
  return graph.op('Where', [isMissing, NaN, graph.op('Gather', [graph.floats(values), index])]);
}
