import { Mlp, type Network, ResidualMlp } from '@pushforward/made';
import type { Graph, Value } from '../graph/graph.js';
import { refuse } from '../refuse.js';
import type { Weights } from '../weights.js';
import { activate } from './activate.js';
import { range, takeBlock } from './block.js';

/**
 * The output of a coupling layer's network, its columns as chosen.
 *
 * **Shapes**: x `[rows, A]`, absent where A is 0, context `[rows, C]`; result `[rows, columns.length]`.
 *
 * @throws Error if it is of another class than `Mlp` or `ResidualMlp`
 */
export function mlpOutput(
  graph: Graph,
  network: Network,
  weights: Weights,
  columns: readonly number[],
  x?: Value,
  context?: Value,
): Value {
  if (network.constructor === ResidualMlp)
    return residualOutput(graph, network as ResidualMlp, weights, columns, x, context);
  if (!(network instanceof Mlp) || network.constructor !== Mlp) throw refuse(network);
  const given = [x, context].filter((value) => value !== undefined);
  const last = network.biases.length - 1;
  const biasOf = (l: number) => {
    const bias = weights.of(network.biases[l]);
    return l === last ? takeBlock(bias, bias.length, [0], columns) : bias;
  };
  if (given.length === 0) return graph.inEveryRow(graph.floats(biasOf(last), [1, columns.length]));
  return network.weights.reduce((h, variable, l) => {
    const outputs = network.hidden[l] ?? network.outputDim;
    const units = l === last ? columns : range(0, outputs);
    // The inputs and the context are multiplied in one product.
    const parts = [variable, ...(l === 0 && network.contextWeights ? [network.contextWeights] : [])];
    const block = parts.flatMap((part) => {
      const matrix = weights.of(part);
      return Array.from(takeBlock(matrix, outputs, range(0, matrix.length / outputs), units));
    });
    const bias = biasOf(l);
    const value = graph.op('Gemm', [
      h,
      graph.floats(block, [block.length / bias.length, bias.length]),
      graph.floats(bias),
    ]);
    return l === last ? value : activate(graph, network.activation, value);
  }, graph.joinColumns(given));
}

/** A stream to which blocks add, gated by the context where there is one. */
function residualOutput(
  graph: Graph,
  { input, blocks, gates, output, activation }: ResidualMlp,
  weights: Weights,
  columns: readonly number[],
  x?: Value,
  context?: Value,
): Value {
  const whole = (network: Mlp, from?: Value, given?: Value) =>
    mlpOutput(graph, network, weights, range(0, network.outputDim), from, given);
  const stream = blocks.reduce(
    (h, block, k) => {
      const added = whole(block, activate(graph, activation, h));
      if (context === undefined) return graph.op('Add', [h, added]);
      return graph.op('Add', [h, graph.op('Mul', [added, graph.op('Sigmoid', [whole(gates[k], context)])])]);
    },
    whole(input, x, context),
  );
  return mlpOutput(graph, output, weights, columns, stream);
}
