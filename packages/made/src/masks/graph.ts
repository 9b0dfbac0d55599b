import { formatValue } from '@pushforward/tensor';

/**
 * Which dimensions depend on which: entry `[i][j]` is 1 where the parameters of dimension i depend on dimension j, else 0. Without a
 * cycle.
 */
export type DependencyGraph = readonly (readonly number[])[];

/** The structure that follows from a {@link DependencyGraph}. */
export interface GraphStructure {
  /** The level of each dimension: the length of the longest path that leads to it. */
  readonly levels: readonly number[];
  /** The dimensions by level, and by number within one. */
  readonly order: readonly number[];
  /** Entry r is the number of dimensions of lower level than r, up to the number of levels. */
  readonly starts: readonly number[];
}

/**
 * The levels of a graph: a dimension's level is above those of all that it depends on.
 *
 * @throws Error unless the graph is `dim` lists of `dim` zeros and ones without a cycle; the message names one
 */
export function graphStructure(graph: DependencyGraph, dim: number): GraphStructure {
  const isMatrix =
    Array.isArray(graph) &&
    graph.length === dim &&
    graph.every((row) => Array.isArray(row) && row.length === dim && row.every((entry) => entry === 0 || entry === 1));
  if (!isMatrix)
    throw new Error(`Made: graph must be ${dim} lists of ${dim} zeros and ones, got ${formatValue(graph)}`);
  const levels: number[] = [];
  const path: number[] = [];
  const levelOf = (dimension: number): number => {
    if (path.includes(dimension)) {
      throw new Error(
        `Made: graph must have no cycle, got ${[...path.slice(path.indexOf(dimension)), dimension].join(' → ')}`,
      );
    }
    if (levels[dimension] === undefined) {
      path.push(dimension);
      levels[dimension] = Math.max(0, ...parentsOf(graph, dimension).map((parent) => 1 + levelOf(parent)));
      path.pop();
    }
    return levels[dimension];
  };
  const dimensions = graph.map((_, dimension) => dimension);
  for (const dimension of dimensions) levelOf(dimension);
  const depth = Math.max(...levels) + 1;
  return {
    levels,
    order: dimensions.toSorted((a, b) => levels[a] - levels[b] || a - b),
    starts: Array.from({ length: depth + 1 }, (_, level) => levels.filter((own) => own < level).length),
  };
}

/** The dimensions that one depends on. */
export function parentsOf(graph: DependencyGraph, dimension: number): number[] {
  return graph[dimension].flatMap((entry, parent) => (entry === 1 ? [parent] : []));
}

/**
 * The dimensions that each unit of a hidden layer sees: the parents of some dimension, in equal parts, those of lower level first. A unit may be read
 * by whatever sees all that it sees, so that the network's connectivity is exactly the graph's.
 *
 * @param width the number of units
 * @param context whether there is a context, which units without parents see
 * @returns the sets of dimensions, and the degree of each: how many levels it may see
 * @throws Error if the units are fewer than the sets
 */
export function hiddenParents(
  graph: DependencyGraph,
  { levels }: GraphStructure,
  width: number,
  context: boolean,
): { sets: number[][]; degrees: number[] } {
  const distinct = new Map(graph.map((_, dimension) => parentsOf(graph, dimension)).map((set) => [set.join(), set]));
  const degreeOf = (set: readonly number[]) => Math.max(0, ...set.map((parent) => 1 + levels[parent]));
  const choices = [...distinct.values()]
    .filter((set) => context || set.length > 0)
    .toSorted((a, b) => degreeOf(a) - degreeOf(b));
  if (width < choices.length) {
    throw new Error(
      `Made: hidden must be at least ${choices.length} for a graph with as many different sets of parents, got ${width}`,
    );
  }
  const sets = Array.from({ length: width }, (_, unit) => choices[Math.floor((unit * choices.length) / width)]);
  return { sets, degrees: sets.map(degreeOf) };
}
