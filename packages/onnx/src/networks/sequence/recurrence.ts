import type { SequenceConditioner } from '@pushforward/bijectors';
import { invertPermutation } from '@pushforward/made';
import type { Graph, Value } from '../../graph/graph.js';
import { parameterColumns, type Transformed, type TransformMap } from '../../transforms/transform-map.js';
import type { Weights } from '../../weights.js';
import { range } from '../block.js';

/** A network that goes over positions one by one: what a position's parameters are computed from, `[rows, W]`, given the value before it, `[rows, 1]`. */
export type Advance = (previous: Value, position: number) => Value;

/** Arguments of a network's graph. */
export interface SequenceSetting {
  readonly graph: Graph;
  readonly weights: Weights;
  /** `[rows, C]`, if the network takes one. */
  readonly context?: Value;
}

/**
 * Either direction of an autoregressive layer over a sequence conditioner, position by position, so that the graph has a number of operations in
 * proportion to D.
 *
 * @param isSequential whether the values that positions read are those that come out, and not those that go in
 */
export function recurrence(
  { graph, weights }: SequenceSetting,
  conditioner: SequenceConditioner,
  advance: Advance,
  map: TransformMap,
  input: Value,
  isSequential: boolean,
): Transformed {
  const { dim, order, outputWeights, outputBias, parameterCount } = conditioner;
  const matrix = weights.of(outputWeights);
  const output = graph.floats(matrix, [matrix.length / parameterCount, parameterCount]);
  const bias = graph.floats(weights.of(outputBias));
  const given = graph.splitColumns(
    graph.takeColumns(input, order, dim),
    order.map(() => 1),
  );
  const places = invertPermutation(order);
  const first = graph.inEveryRow(graph.floats([0], [1, 1]));
  const parameters: Value[] = [];
  const solved: Transformed[] = [];
  for (const position of range(0, dim)) {
    const before = isSequential ? solved.at(-1)?.value : given[position - 1];
    parameters.push(graph.op('Gemm', [advance(before ?? first, position), output, bias]));
    if (isSequential) solved.push(map.apply(graph, given[position], parameters[position], 1));
  }
  if (!isSequential) {
    const columns = parameterColumns(places, map);
    const all = graph.takeColumns(graph.joinColumns(parameters), columns, dim * parameterCount);
    return map.apply(graph, input, all, dim);
  }
  const inOrder = (values: readonly Value[]) => graph.takeColumns(graph.joinColumns(values), places, dim);
  const logDerivatives = solved.flatMap(({ logDerivative }) => logDerivative ?? []);
  return {
    value: inOrder(solved.map(({ value }) => value)),
    logDerivative: logDerivatives.length === 0 ? undefined : inOrder(logDerivatives),
  };
}
