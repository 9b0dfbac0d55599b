import type { Made } from '@pushforward/made';
import type { Graph, Value } from '../graph/graph.js';
import type { Weights } from '../weights.js';
import { activate } from './activate.js';
import { range } from './block.js';
import { MaskedLayers } from './masked-layers.js';

/**
 * All parameters of a masked network in one pass, the columns of its output as chosen.
 *
 * **Shapes**: x `[rows, D]`, context `[rows, C]`; result `[rows, columns.length]`.
 */
export function parallelParameters(
  graph: Graph,
  made: Made,
  weights: Weights,
  columns: readonly number[],
  x: Value,
  context?: Value,
): Value {
  const { layers, activation } = made.network;
  const masked = new MaskedLayers(graph, made, weights);
  const nodes = [x];
  for (const [l, { from, skip, takesContext, isOutput, starts }] of layers.entries()) {
    const read = from === 0 ? x : activate(graph, activation, nodes[from]);
    const isGiven = takesContext && context !== undefined;
    const input = isGiven ? graph.joinColumns([read, context]) : read;
    const count = from === 0 ? made.dim : layers[from - 1].starts.at(-1)!;
    const rows = [...range(0, count), ...(isGiven ? masked.contextRows : [])];
    const value = masked.product(l, input, rows, isOutput ? columns : range(0, starts.at(-1)!));
    nodes.push(skip === undefined ? value : graph.op('Add', [value, nodes[skip]]));
  }
  return nodes.at(-1)!;
}
