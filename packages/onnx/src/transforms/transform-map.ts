import type { Graph, Value } from '../graph/graph.js';

/** Values and log-derivatives, `[rows, n]`; without the latter, they are 0. */
export interface Transformed {
  readonly value: Value;
  readonly logDerivative?: Value;
}

/** An elementwise transform in one direction, as operations. */
export interface TransformMap {
  readonly parameterCount: number;
  /**
   * How the parameters of n numbers lie in a row of n × P: all first ones before all second ones, which few operations cut apart, or those of one
   * number together.
   */
  readonly layout: 'by parameter' | 'by number';
  /** **Shapes**: input `[rows, n]`; parameters `[rows, n × P]`, or `[1, n × P]` where they lie by parameter. */
  apply(graph: Graph, input: Value, parameters: Value, n: number): Transformed;
}

/** Where the parameters of some numbers lie in a network's row of P for each number, in the order that a transform takes. */
export function parameterColumns(numbers: readonly number[], { parameterCount, layout }: TransformMap): number[] {
  const parameters = Array.from({ length: parameterCount }, (_, p) => p);
  return layout === 'by number'
    ? numbers.flatMap((i) => parameters.map((p) => i * parameterCount + p))
    : parameters.flatMap((p) => numbers.map((i) => i * parameterCount + p));
}
