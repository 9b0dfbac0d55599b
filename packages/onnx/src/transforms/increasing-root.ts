import type { Graph, Value } from '../graph/graph.js';

/** As many as `increasingRoot` of the bijectors takes. */
const ITERATIONS = 32;

/**
 * Solves `f(x) = y` for increasing functions between brackets, as the library does: by Newton's method, with a bisection where a step would leave the
 * bracket or the last one has not halved the smallest residual.
 */
export function increasingRoot(
  graph: Graph,
  f: (x: Value) => { value: Value; derivative: Value },
  y: Value,
  low: Value,
  high: Value,
): Value {
  const middleOf = (from: Value, to: Value) => graph.op('Mul', [graph.op('Add', [from, to]), 0.5]);
  const middle = middleOf(low, high);
  // NaN stays NaN.
  const never = graph.op('Add', [graph.op('Mul', [y, 0]), Infinity]);
  const found = graph.repeat(ITERATIONS, [low, high, middle, middle, never], ([from, to, x, best, smallest]) => {
    const { value, derivative } = f(x);
    const residual = graph.op('Sub', [value, y]);
    const above = graph.op('Greater', [residual, 0]);
    const [nextFrom, nextTo] = [graph.op('Where', [above, from, x]), graph.op('Where', [above, x, to])];
    const error = graph.op('Abs', [residual]);
    const newton = graph.op('Sub', [x, graph.op('Div', [residual, derivative])]);
    const inside = graph.op('And', [
      graph.op('GreaterOrEqual', [newton, nextFrom]),
      graph.op('LessOrEqual', [newton, nextTo]),
    ]);
    const fast = graph.op('LessOrEqual', [error, graph.op('Mul', [smallest, 0.5])]);
    return [
      nextFrom,
      nextTo,
      graph.op('Where', [graph.op('And', [inside, fast]), newton, middleOf(nextFrom, nextTo)]),
      graph.op('Where', [graph.op('Less', [error, smallest]), x, best]),
      graph.op('Min', [error, smallest]),
    ];
  });
  return found[3];
}
