import type { Exp, Power, Scale, Shift, Sigmoid, Softplus, Tanh } from '@pushforward/bijectors';
import { log1mexp, log1p, logSigmoid, softplus } from '../graph/accurate.js';
import type { Graph, Value } from '../graph/graph.js';
import type { Transformed } from '../transforms/transform-map.js';
import { mappedBy } from './mapped-by.js';
import type { Emit } from './setting.js';

/** One direction of a map of numbers. */
type Formula<B> = (graph: Graph, x: Value, bijector: B) => Transformed;

/** A map that acts on every number of an event alike. */
function scalar<B>(forward: Formula<B>, inverse: Formula<B>): Emit<B> {
  return ({ graph }, bijector, direction, { value }) =>
    mappedBy(graph, (direction === 'forward' ? forward : inverse)(graph, value, bijector));
}

export const emitExp: Emit<Exp> = scalar<Exp>(
  (graph, x) => ({ value: graph.op('Exp', [x]), logDerivative: x }),
  (graph, y) => {
    const value = graph.op('Log', [y]);
    return { value, logDerivative: graph.op('Neg', [value]) };
  },
);

export const emitShift: Emit<Shift> = scalar<Shift>(
  (graph, x, { shift }) => ({ value: graph.op('Add', [x, shift]) }),
  (graph, y, { shift }) => ({ value: graph.op('Sub', [y, shift]) }),
);

export const emitScale: Emit<Scale> = ({ graph }, { scale }, direction, { value, dim }) => {
  const by = direction === 'forward' ? scale : 1 / scale;
  return { value: graph.op('Mul', [value, by]), logDet: { constant: dim * Math.log(Math.abs(by)), terms: [] } };
};

export const emitPower: Emit<Power> = scalar<Power>(
  (graph, x, { exponent }) => {
    const logX = graph.op('Log', [x]);
    return {
      value: graph.op('Exp', [graph.op('Mul', [logX, exponent])]),
      logDerivative: logSlopeOfPower(graph, logX, exponent),
    };
  },
  (graph, y, { exponent }) => {
    const logX = graph.op('Mul', [graph.op('Log', [y]), 1 / exponent]);
    return {
      value: graph.op('Exp', [logX]),
      logDerivative: graph.op('Neg', [logSlopeOfPower(graph, logX, exponent)]),
    };
  },
);

function logSlopeOfPower(graph: Graph, logX: Value, exponent: number): Value {
  return graph.op('Add', [graph.op('Mul', [logX, exponent - 1]), Math.log(Math.abs(exponent))]);
}

export const emitSoftplus: Emit<Softplus> = scalar<Softplus>(
  (graph, x) => ({ value: softplus(graph, x), logDerivative: logSigmoid(graph, x) }),
  (graph, y) => {
    const logSlope = log1mexp(graph, y);
    return { value: graph.op('Add', [y, logSlope]), logDerivative: graph.op('Neg', [logSlope]) };
  },
);

/** Where a sigmoid rounds to 1, as `Sigmoid` has it. */
const SIGMOID_END = 25 * Math.LN2;

export const emitSigmoid: Emit<Sigmoid> = scalar<Sigmoid>(
  (graph, x) => ({
    value: graph.op('Sigmoid', [x]),
    logDerivative: graph.op('Add', [logSigmoid(graph, x), logSigmoid(graph, graph.op('Neg', [x]))]),
  }),
  (graph, y) => {
    const [logYes, logNo] = [graph.op('Log', [y]), graph.op('Log', [graph.op('Sub', [1, y])])];
    // Outside, one of the logarithms is NaN.
    const [atZero, atOne] = [graph.op('Equal', [y, 0]), graph.op('Equal', [y, 1])];
    const ends = (inside: Value, zero: number) =>
      graph.op('Where', [atOne, SIGMOID_END, graph.op('Where', [atZero, zero, inside])]);
    return {
      value: ends(graph.op('Sub', [logYes, logNo]), -Infinity),
      logDerivative: ends(graph.op('Neg', [graph.op('Add', [logYes, logNo])]), Infinity),
    };
  },
);

/** Where a hyperbolic tangent rounds to 1, and the inverse's log-derivative there, as `Tanh` has them. */
const [TANH_END, TANH_END_LOG_DET] = [13 * Math.LN2, 24 * Math.LN2];

export const emitTanh: Emit<Tanh> = scalar<Tanh>(
  (graph, x) => {
    const tail = softplus(graph, graph.op('Mul', [x, -2]));
    return {
      value: graph.op('Tanh', [x]),
      logDerivative: graph.op('Mul', [graph.op('Sub', [Math.LN2, graph.op('Add', [x, tail])]), 2]),
    };
  },
  (graph, y) => {
    const [above, below] = [log1p(graph, y), log1p(graph, graph.op('Neg', [y]))];
    const isEnd = graph.op('Equal', [graph.op('Abs', [y]), 1]);
    return {
      value: graph.op('Where', [
        isEnd,
        graph.op('Mul', [y, TANH_END]),
        graph.op('Mul', [graph.op('Sub', [above, below]), 0.5]),
      ]),
      logDerivative: graph.op('Where', [isEnd, TANH_END_LOG_DET, graph.op('Neg', [graph.op('Add', [above, below])])]),
    };
  },
);
