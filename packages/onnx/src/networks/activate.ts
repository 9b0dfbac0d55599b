import type { Activation } from '@pushforward/tensor';
import type { Graph, Value } from '../graph/graph.js';

const ACTIVATIONS: Record<Activation, (graph: Graph, x: Value) => Value> = {
  relu: (graph, x) => graph.op('Relu', [x]),
  leakyRelu: (graph, x) => graph.op('LeakyRelu', [x], { alpha: 0.01 }),
  elu: (graph, x) => graph.op('Elu', [x]),
  silu: (graph, x) => graph.op('Mul', [x, graph.op('Sigmoid', [x])]),
  softplus: (graph, x) => graph.op('Softplus', [x]),
  tanh: (graph, x) => graph.op('Tanh', [x]),
};

/** A hidden unit's nonlinearity. */
export function activate(graph: Graph, name: Activation, x: Value): Value {
  return ACTIVATIONS[name](graph, x);
}
