import type { Graph, Value } from '../graph/graph.js';

/** `minimum + softplus(raw + c)`, a positive number with a floor below 1; the constant c makes it 1 at raw 0. */
export function positive(graph: Graph, raw: Value, minimum: number): Value {
  const shifted = graph.op('Add', [raw, Math.log(Math.expm1(1 - minimum))]);
  return graph.op('Add', [graph.op('Softplus', [shifted]), minimum]);
}
