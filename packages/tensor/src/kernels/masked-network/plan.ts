import type { MaskedNetwork } from './contract.js';
import { EXCESS_ROWS, UNIT_BYTES } from '../../wasm/structs.generated.js';

/** The plan of a masked network: where each of its tables begins, in words, and the size of a record. */
export interface Plan {
  readonly network: MaskedNetwork;
  readonly dim: number;
  readonly passing: number;
  readonly parameterCount: number;
  /** Units of each node. */
  readonly counts: readonly number[];
  readonly tables: Int32Array;
  /** For each dimension its place in the order, if not its own number. */
  readonly dimensionIndices: number;
  readonly nodes: readonly { starts: number; values: number; reads: number }[];
  readonly layers: readonly {
    /** Rows of the weights. */
    inputs: number;
    limits: number;
    firsts: number;
    inputOrder: number;
    unitOrder: number;
    columnUnits: number;
  }[];
  /** Products of one event that are not masked. */
  readonly products: number;
  readonly recordBytes: number;
}

const plans = new WeakMap<MaskedNetwork, Plan>();

/** The plan of a network, made once. */
export function planOf(network: MaskedNetwork): Plan {
  let plan = plans.get(network);
  if (!plan) plans.set(network, (plan = makePlan(network)));
  return plan;
}

/** No table: units lie in order. */
export const IN_ORDER = -1;

function makePlan(network: MaskedNetwork): Plan {
  const { order, layers, passing = 0 } = network;
  const dim = order.length;
  const nodeStarts = [network.starts, ...layers.map(({ starts }) => starts)];
  const counts = nodeStarts.map((starts) => starts.at(-1)!);
  const parameterCount = counts.at(-1)! / (dim - passing);
  const words: number[] = [];
  const table = (entries: readonly number[]): number => {
    const at = words.length;
    for (const entry of entries) words.push(entry);
    return at;
  };
  const isNatural = order.every((dimension, i) => dimension === i);
  const orderTable = (entries: readonly number[]) => (isNatural ? IN_ORDER : table(entries));
  // Where some dimensions pass, weights stand in the order.
  const weightTable = (entries: readonly number[]) => (passing > 0 ? IN_ORDER : orderTable(entries));
  const outputOrder = order.flatMap((dimension) =>
    Array.from({ length: parameterCount }, (_, p) => dimension * parameterCount + p),
  );
  const inOrder = { inputOrder: IN_ORDER, unitOrder: IN_ORDER, columnUnits: IN_ORDER };
  const ofInputs = { inputOrder: weightTable(order) };
  const ofOutputs = { unitOrder: weightTable(outputOrder), columnUnits: weightTable(inverse(outputOrder)) };

  let recordUnits = 0;
  const reserve = (units: number) => {
    const at = recordUnits * UNIT_BYTES;
    recordUnits += units;
    return at;
  };
  const nodes = nodeStarts.map((starts, node) => {
    const values = reserve(counts[node]);
    const isHidden = node > 0 && layers.some(({ from }) => from === node);
    return { starts: table(starts), values, reads: isHidden ? reserve(counts[node]) : values };
  });
  // The gradient reads so many units behind the last. An odd number puts the same unit of many tiles into different sets of the cache.
  reserve(EXCESS_ROWS + (1 - ((recordUnits + EXCESS_ROWS) % 2)));
  let products = 0;
  const plannedLayers = layers.map(({ from, isOutput, starts }) => {
    // Values of one degree decide units of higher ones, hidden units those of their own degree too.
    const visible = nodeStarts[from].slice(from === 0 ? 0 : 1);
    const limits = starts
      .slice(1)
      .flatMap((end, degree) => Array.from({ length: end - starts[degree] }, () => visible[degree]));
    products = limits.reduce((total, limit) => total + limit, products);
    const firsts: number[] = [];
    for (let input = 0, unit = 0; input < counts[from]; input++) {
      while (unit < limits.length && limits[unit] <= input) unit++;
      firsts.push(unit);
    }
    return {
      inputs: from === 0 && passing > 0 ? passing : counts[from],
      limits: table(limits),
      firsts: table(firsts),
      ...inOrder,
      ...(from === 0 ? ofInputs : {}),
      ...(isOutput ? ofOutputs : {}),
    };
  });
  return {
    network,
    dim,
    passing,
    parameterCount,
    counts,
    dimensionIndices: orderTable(inverse(order)),
    nodes,
    layers: plannedLayers,
    tables: Int32Array.from(words),
    products,
    recordBytes: recordUnits * UNIT_BYTES,
  };
}

function inverse(permutation: readonly number[]): number[] {
  const result = Array.from({ length: permutation.length }, () => 0);
  for (const [i, index] of permutation.entries()) result[index] = i;
  return result;
}
