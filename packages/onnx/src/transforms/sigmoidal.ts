import type { Direction, SigmoidalTransform } from '@pushforward/bijectors';
import type { Graph, Value } from '../graph/graph.js';
import { increasingRoot } from './increasing-root.js';
import { positive } from './positive.js';
import type { TransformMap } from './transform-map.js';

/** A monotone network of sigmoids in its closed form; the other way its root, by 32 steps of Newton's method. */
export function sigmoidalMap(
  { units, minDerivative, parameterCount }: SigmoidalTransform,
  direction: Direction,
): TransformMap {
  return {
    parameterCount,
    layout: 'by number',
    apply: (graph, input, parameters, n) => {
      const given = graph.op('Unsqueeze', [input, graph.integers([2])]);
      const raw = graph.op('Reshape', [parameters, graph.integers([0, n, parameterCount])]);
      const [rawSlopes, rawOffsets, rawWeights] = graph.splitColumns(raw, [units, units, units], 2);
      const factors = Array.from({ length: units }, (_, k) => (2 * (k + 1)) / (units + 1));
      const network: Sigmoids = {
        slopes: positive(graph, rawSlopes, 0),
        offsets: graph.op('Mul', [rawOffsets, graph.floats(factors)]),
        logWeights: graph.op('LogSoftmax', [rawWeights], { axis: -1 }),
        epsilon: minDerivative,
      };
      const squeezed = (each: Value) => graph.op('Squeeze', [each, graph.integers([2])]);
      if (direction === 'forward') {
        const { value, derivative } = evaluate(graph, given, network);
        return { value: squeezed(value), logDerivative: squeezed(graph.op('Log', [derivative])) };
      }
      const { low, high } = bracket(graph, given, network);
      const value = increasingRoot(graph, (x) => evaluate(graph, x, network), given, low, high);
      const { derivative } = evaluate(graph, value, network);
      return { value: squeezed(value), logDerivative: squeezed(graph.op('Neg', [graph.op('Log', [derivative])])) };
    },
  };
}

/** Slopes, offsets and log-weights of K units, `[rows, n, K]`, and the weight of the identity. */
interface Sigmoids {
  readonly slopes: Value;
  readonly offsets: Value;
  readonly logWeights: Value;
  readonly epsilon: number;
}

/** `[rows, n, 1]` */
function evaluate(graph: Graph, x: Value, { slopes, offsets, logWeights, epsilon }: Sigmoids) {
  const u = graph.op('Add', [graph.op('Mul', [x, slopes]), offsets]);
  const minus = graph.op('Neg', [u]);
  const side = (signed: Value) => {
    const logTerms = graph.op('Sub', [logWeights, graph.op('Softplus', [signed])]);
    const weighted = graph.op('Mul', [
      graph.op('Softmax', [logTerms], { axis: -1 }),
      graph.op('Mul', [graph.op('Sigmoid', [signed]), slopes]),
    ]);
    return {
      log: graph.op('ReduceLogSumExp', [logTerms], { axes: [2], keepdims: 1 }),
      slope: graph.op('ReduceSum', [weighted, graph.integers([2])], { keepdims: 1 }),
    };
  };
  const [mixture, rest] = [side(minus), side(u)];
  const logit = graph.op('Sub', [mixture.log, rest.log]);
  const slope = graph.op('Add', [mixture.slope, rest.slope]);
  return {
    value: graph.op('Add', [graph.op('Mul', [x, epsilon]), graph.op('Mul', [logit, 1 - epsilon])]),
    derivative: graph.op('Add', [graph.op('Mul', [slope, 1 - epsilon]), epsilon]),
  };
}

/** The roots of the units' lines, between which the root is. */
function bracket(graph: Graph, y: Value, { slopes, offsets, epsilon }: Sigmoids) {
  const roots = graph.op('Div', [
    graph.op('Sub', [y, graph.op('Mul', [offsets, 1 - epsilon])]),
    graph.op('Add', [graph.op('Mul', [slopes, 1 - epsilon]), epsilon]),
  ]);
  const end = (type: string) => graph.op(type, [roots], { axes: [2], keepdims: 1 });
  return { low: end('ReduceMin'), high: end('ReduceMax') };
}
