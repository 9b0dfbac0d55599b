import type { Graph, Value } from '../graph/graph.js';

/** `x / (1 + |x| / limit)`. */
export function softclip(graph: Graph, x: Value, limit: number): Value {
  return graph.op('Div', [x, graph.op('Add', [graph.op('Mul', [graph.op('Abs', [x]), 1 / limit]), 1])]);
}
