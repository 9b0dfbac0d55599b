import { type DependencyGraph, parentsOf } from '../masks/graph.js';
import { hiddenMask, type Mask, outputMask } from '../masks/masks.js';
import type { NetworkLayer } from './network.js';
import { invertPermutation } from '../masks/order.js';

/** The mask of each layer, where every dimension may depend on all before it. */
export function masksOfOrder(
  order: readonly number[],
  layers: readonly NetworkLayer[],
  parameterCount: number,
): Mask[] {
  const inputDegrees = invertPermutation(order).map((place) => place + 1);
  const nodeDegrees = [inputDegrees, ...layers.map(({ degrees }) => degrees)];
  return layers.map(({ from, isOutput, degrees }) =>
    isOutput ? outputMask(nodeDegrees[from], inputDegrees, parameterCount) : hiddenMask(nodeDegrees[from], degrees),
  );
}

/**
 * The mask of each layer, where dependences are a graph: a unit reads those that see no more than it does.
 *
 * @param parents what the units of each list of degrees see
 */
export function masksOfGraph(
  graph: DependencyGraph,
  layers: readonly NetworkLayer[],
  parents: readonly { sets: readonly (readonly number[])[]; degrees: readonly number[] }[],
  parameterCount: number,
): Mask[] {
  const inputs = graph.map((_, dimension) => [dimension]);
  const outputs = graph.flatMap((_, dimension) =>
    Array.from({ length: parameterCount }, () => parentsOf(graph, dimension)),
  );
  const setsOf = ({ isOutput, degrees }: NetworkLayer) =>
    isOutput ? outputs : parents.find((list) => list.degrees === degrees)!.sets;
  const nodes = [inputs, ...layers.map(setsOf)];
  return layers.map((layer) =>
    nodes[layer.from].map((source) => setsOf(layer).map((set) => (source.every((j) => set.includes(j)) ? 1 : 0))),
  );
}
