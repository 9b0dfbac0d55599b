import {
  AffineTransform,
  type Direction,
  GateTransform,
  type ResidualTransform,
  ShiftTransform,
  SoftplusAffineTransform,
} from '@pushforward/bijectors';
import { logSigmoid } from '../graph/accurate.js';
import type { Graph, Value } from '../graph/graph.js';
import { increasingRoot } from './increasing-root.js';
import { parameterColumns, type Transformed, type TransformMap } from './transform-map.js';

/** The bound of the skip connection's logit, that of `ResidualTransform`. */
const BOUND = 7;

/** Families of lines, which a skip connection turns into lines again. */
const LINES: readonly unknown[] = [AffineTransform, GateTransform, ShiftTransform, SoftplusAffineTransform];

/**
 * `w·x + (1 − w)·T(x)`, and the other way the line's inverse or the root.
 *
 * @param mapOf writes T
 */
export function residualMap(
  { inner, parameterCount }: ResidualTransform,
  direction: Direction,
  mapOf: (transform: ResidualTransform['inner'], direction: Direction) => TransformMap,
): TransformMap {
  const [there, back] = [mapOf(inner, 'forward'), mapOf(inner, 'inverse')];
  return {
    parameterCount,
    layout: 'by number',
    apply: (graph, input, parameters, n) => {
      const width = n * parameterCount;
      const numbers = Array.from({ length: n }, (_, i) => i);
      // The inner parameters of each number come first, then its logit.
      const columns = parameterColumns(numbers, there).map((column) => {
        const i = Math.floor(column / there.parameterCount);
        return column + i;
      });
      const own = graph.takeColumns(parameters, columns, width);
      const raw = graph.takeColumns(
        parameters,
        numbers.map((i) => i * parameterCount + there.parameterCount),
        width,
      );
      const logit = graph.op('Mul', [graph.op('Tanh', [graph.op('Mul', [raw, 1 / BOUND])]), BOUND]);
      const mix = (x: Value) => mixed(graph, x, there.apply(graph, x, own, n), logit);
      if (direction === 'forward') return mix(input);
      const value = LINES.includes(inner.constructor)
        ? inverseOfLine(graph, input, mix)
        : solve(graph, input, mix, back.apply(graph, input, own, n).value);
      return { value, logDerivative: graph.op('Neg', [mix(value).logDerivative]) };
    },
  };
}

function mixed(graph: Graph, x: Value, { value, logDerivative }: Transformed, logit: Value) {
  const minus = graph.op('Neg', [logit]);
  const weighted = [
    graph.op('Mul', [x, graph.op('Sigmoid', [logit])]),
    graph.op('Mul', [value, graph.op('Sigmoid', [minus])]),
  ];
  const excess = logDerivative === undefined ? minus : graph.op('Sub', [logDerivative, logit]);
  return {
    value: graph.op('Add', weighted),
    // log(w + (1 − w)·T′) = log w + log(1 + T′·(1 − w) / w), where (1 − w) / w = exp(−logit).
    logDerivative: graph.op('Add', [logSigmoid(graph, logit), graph.op('Softplus', [excess])]),
  };
}

type Mix = (x: Value) => { value: Value; logDerivative: Value };

function inverseOfLine(graph: Graph, y: Value, mix: Mix): Value {
  const { value, logDerivative } = mix(graph.op('Mul', [y, 0]));
  return graph.op('Mul', [graph.op('Sub', [y, value]), graph.op('Exp', [graph.op('Neg', [logDerivative])])]);
}

/** Between y and T⁻¹(y). */
function solve(graph: Graph, y: Value, mix: Mix, innerRoot: Value): Value {
  const f = (x: Value) => {
    const { value, logDerivative } = mix(x);
    return { value, derivative: graph.op('Exp', [logDerivative]) };
  };
  return increasingRoot(graph, f, y, graph.op('Min', [y, innerRoot]), graph.op('Max', [y, innerRoot]));
}
