import type { Graph, Value } from './graph.js';

/** `log(1 + x)` for x from −1 to 1, to the last digits also next to 0: the rounding of 1 + x is divided out again. */
export function log1p(graph: Graph, x: Value): Value {
  const sum = graph.op('Add', [x, 1]);
  const ratio = graph.op('Div', [graph.op('Log', [sum]), graph.op('Sub', [sum, 1])]);
  return graph.op('Where', [graph.op('Equal', [sum, 1]), x, graph.op('Mul', [x, ratio])]);
}

/** `log(1 + eˣ)`, small values too to the last digits. */
export function softplus(graph: Graph, x: Value): Value {
  const small = log1p(graph, graph.op('Exp', [graph.op('Neg', [graph.op('Abs', [x])])]));
  return graph.op('Add', [graph.op('Relu', [x]), small]);
}

/** `log(1 / (1 + e⁻ˣ))`. */
export function logSigmoid(graph: Graph, x: Value): Value {
  return graph.op('Neg', [softplus(graph, graph.op('Neg', [x]))]);
}

/** `log(1 − e⁻ˣ)` for positive x, to the last digits for small and for large ones. */
export function log1mexp(graph: Graph, x: Value): Value {
  const minus = graph.op('Neg', [x]);
  const power = graph.op('Exp', [minus]);
  const far = log1p(graph, graph.op('Neg', [power]));
  // e⁻ˣ − 1, the rounding of the power divided out.
  const ratio = graph.op('Div', [graph.op('Sub', [power, 1]), graph.op('Log', [power])]);
  const less = graph.op('Where', [graph.op('Equal', [power, 1]), minus, graph.op('Mul', [minus, ratio])]);
  const near = graph.op('Log', [graph.op('Neg', [less])]);
  return graph.op('Where', [graph.op('Less', [x, Math.LN2]), near, far]);
}
