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
export function unroll(
  graph: Graph,
  made: Made,
  weights: Weights,
  map: TransformMap,
  input: Value,
  context?: Value,
): Transformed {
  const { order, starts, activation, layers } = made.network;
  const masked = new MaskedLayers(graph, made, weights);
  const degrees = starts.length - 1;
  const dimensionsOf = (degree: number) => order.slice(starts[degree], starts[degree + 1]);
  /** The units of a node, by their places in the network's matrices, that a degree computes; node 0 are the dimensions. */
  const unitsOf = (node: number, degree: number): readonly number[] => {
    if (node === 0) return dimensionsOf(degree);
    const layer = layers[node - 1];
    return layer.isOutput
      ? parameterColumns(dimensionsOf(degree), map)
      : range(layer.starts[degree], layer.starts[degree + 1]);
  };
  const isRead = [true, ...layers.map((_, l) => layers.some(({ from }) => from === l + 1))];
  /** The activated units of each node that later layers read, by degree. */
  const reads: Map<number, Value>[] = isRead.map(() => new Map());
  /** Units of degrees from `begin` up to `end` as inputs of a layer: their values, and the rows of its matrix. */
  const inputsOf = (from: number, begin: number, end: number) => {
    const filled = range(begin, end).filter((degree) => reads[from].has(degree));
    return {
      values: filled.map((degree) => reads[from].get(degree)!),
      rows: filled.flatMap((degree) => unitsOf(from, degree)),
    };
  };

  const inputs = graph.splitColumns(
    graph.takeColumns(input, order, made.dim),
    range(0, degrees).map((degree) => dimensionsOf(degree).length),
  );
  const logDerivatives: Value[] = [];
  const size = Math.ceil(Math.sqrt(degrees));
  for (let begin = 0; begin < degrees; begin += size) {
    const block = range(begin, Math.min(begin + size, degrees));
    const pending = layers.map(({ from, takesContext }, l) => {
      const filled = block.filter((degree) => unitsOf(l + 1, degree).length > 0);
      const units = filled.map((degree) => unitsOf(l + 1, degree));
      const { values, rows } = inputsOf(from, 0, begin);
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
      return { isBias, parts: new Map(filled.map((degree, i) => [degree, parts[i]])) };
    });
    for (const degree of block) {
      const nodes: (Value | undefined)[] = [undefined];
      for (const [l, { from, skip }] of layers.entries()) {
        const { values, rows } = inputsOf(from, begin, from === 0 ? degree : degree + 1);
        const { isBias, parts } = pending[l];
        const offset = parts.get(degree);
        const units = unitsOf(l + 1, degree);
        let value = offset;
        if (units.length > 0 && values.length > 0)
          value = masked.product(l, graph.joinColumns(values), rows, units, offset);
        else if (isBias && offset !== undefined) value = graph.inEveryRow(offset);
        const skipped = skip === undefined ? undefined : nodes[skip];
        if (skipped !== undefined) value = value === undefined ? skipped : graph.op('Add', [value, skipped]);
        nodes.push(value);
        if (value !== undefined && isRead[l + 1]) reads[l + 1].set(degree, activate(graph, activation, value));
      }
      const count = dimensionsOf(degree).length;
      const { value, logDerivative } = map.apply(graph, inputs[degree], nodes.at(-1)!, count);
      reads[0].set(degree, value);
      if (logDerivative !== undefined) logDerivatives.push(logDerivative);
    }
  }
  const solved = graph.joinColumns(range(0, degrees).map((degree) => reads[0].get(degree)!));
  return {
    value: graph.takeColumns(solved, invertPermutation(order), made.dim),
    logDerivative: logDerivatives.length === 0 ? undefined : graph.joinColumns(logDerivatives),
  };
}
