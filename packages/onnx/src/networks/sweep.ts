import { invertPermutation, type Made } from '@pushforward/made';
import type { Graph, Value } from '../graph/graph.js';
import { parameterColumns, type TransformMap, type Transformed } from '../transforms/transform-map.js';
import type { Weights } from '../weights.js';
import { activate } from './activate.js';
import { range } from './block.js';
import { MaskedLayers } from './masked-layers.js';

/**
 * The sequential direction of a masked network: dimension by dimension, each hidden unit computed once, as soon as the dimensions that it reads are
 * known.
 *
 * Dimensions are solved in blocks of about √D. What earlier blocks add to the units of a block is one product for each layer; within the block,
 * one dimension after the other adds its part. So the graph has a number of operations proportional to D, and no row is copied more than
 * √D times.
 *
 * **Shapes**: input `[rows, D]`, context `[rows, C]`; values and log-derivatives `[rows, D]`.
 */
export function sweep(
  graph: Graph,
  made: Made,
  weights: Weights,
  map: TransformMap,
  input: Value,
  context?: Value,
): Transformed {
  const { order, starts, activation, layers } = made.network;
  const masked = new MaskedLayers(graph, made, weights);
  const ranks = starts.length - 1;
  const dimensionsOf = (rank: number) => order.slice(starts[rank], starts[rank + 1]);
  /** The units of a node, by their places in the network's matrices, that a rank computes; node 0 are the dimensions. */
  const unitsOf = (node: number, rank: number): readonly number[] => {
    if (node === 0) return dimensionsOf(rank);
    const layer = layers[node - 1];
    return layer.isOutput
      ? parameterColumns(dimensionsOf(rank), map)
      : range(layer.starts[rank], layer.starts[rank + 1]);
  };
  const isRead = [true, ...layers.map((_, l) => layers.some(({ from }) => from === l + 1))];
  /** What readers of each node read, for each rank that has units in it. */
  const reads: Map<number, Value>[] = isRead.map(() => new Map());
  /** What the ranks from `begin` up to `end` give to a layer: their values, and the rows of its matrix. */
  const given = (from: number, begin: number, end: number) => {
    const known = range(begin, end).filter((rank) => reads[from].has(rank));
    return { values: known.map((rank) => reads[from].get(rank)!), rows: known.flatMap((rank) => unitsOf(from, rank)) };
  };

  const inputs = graph.splitColumns(
    graph.takeColumns(input, order, made.dim),
    range(0, ranks).map((rank) => dimensionsOf(rank).length),
  );
  const logDerivatives: Value[] = [];
  const size = Math.ceil(Math.sqrt(ranks));
  for (let begin = 0; begin < ranks; begin += size) {
    const block = range(begin, Math.min(begin + size, ranks));
    const pending = layers.map(({ from, takesContext }, l) => {
      const filled = block.filter((rank) => unitsOf(l + 1, rank).length > 0);
      const units = filled.map((rank) => unitsOf(l + 1, rank));
      const { values, rows } = given(from, 0, begin);
      if (takesContext && context !== undefined) {
        values.push(context);
        rows.push(...masked.contextRows);
      }
      const isBias = values.length === 0;
      const parts =
        isBias || units.length === 0
          ? units.map((own) => masked.bias(l, own))
          : graph.splitColumns(
              masked.product(l, graph.joinColumns(values), rows, units.flat()),
              units.map((own) => own.length),
            );
      return { isBias, parts: new Map(filled.map((rank, i) => [rank, parts[i]])) };
    });
    for (const rank of block) {
      const nodes: (Value | undefined)[] = [undefined];
      for (const [l, { from, skip }] of layers.entries()) {
        const { values, rows } = given(from, begin, from === 0 ? rank : rank + 1);
        const { isBias, parts } = pending[l];
        const offset = parts.get(rank);
        const units = unitsOf(l + 1, rank);
        let value = offset;
        if (units.length > 0 && values.length > 0)
          value = masked.product(l, graph.joinColumns(values), rows, units, offset);
        else if (isBias && offset !== undefined) value = graph.inEveryRow(offset);
        const skipped = skip === undefined ? undefined : nodes[skip];
        if (skipped !== undefined) value = value === undefined ? skipped : graph.op('Add', [value, skipped]);
        nodes.push(value);
        if (value !== undefined && isRead[l + 1]) reads[l + 1].set(rank, activate(graph, activation, value));
      }
      const count = dimensionsOf(rank).length;
      const { value, logDerivative } = map.apply(graph, inputs[rank], nodes.at(-1)!, count);
      reads[0].set(rank, value);
      if (logDerivative !== undefined) logDerivatives.push(logDerivative);
    }
  }
  const solved = graph.joinColumns(range(0, ranks).map((rank) => reads[0].get(rank)!));
  return {
    value: graph.takeColumns(solved, invertPermutation(order), made.dim),
    logDerivative: logDerivatives.length === 0 ? undefined : graph.joinColumns(logDerivatives),
  };
}
