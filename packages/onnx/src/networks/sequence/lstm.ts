import type { LstmConditioner } from '@pushforward/bijectors';
import type { Value } from '../../graph/graph.js';
import type { Advance, SequenceSetting } from './recurrence.js';

/** The cells of an LSTM, carried from position to position. */
export function lstm({ graph, weights, context }: SequenceSetting, conditioner: LstmConditioner): Advance {
  const { hidden } = conditioner;
  const matrix = (variable: Parameters<typeof weights.of>[0], columns: number) => {
    const values = weights.of(variable);
    return graph.floats(values, [values.length / columns, columns]);
  };
  const layers = conditioner.layers.map((layer, l) => matrix(layer, 4 * hidden[l]));
  const biases = conditioner.biases.map((bias) => weights.of(bias));
  const positions = weights.of(conditioner.positions);
  const fed = context && graph.op('MatMul', [context, matrix(conditioner.contextWeights!, 4 * hidden[0])]);

  const widths = hidden.flatMap((width) => [width, width]);
  const start = context
    ? graph.splitColumns(
        graph.op('Tanh', [
          graph.op('Gemm', [
            context,
            matrix(
              conditioner.stateWeights!,
              widths.reduce((sum, width) => sum + width),
            ),
            graph.floats(weights.of(conditioner.stateBias!)),
          ]),
        ]),
        widths,
      )
    : widths.map((width) => graph.inEveryRow(graph.floats(new Float32Array(width), [1, width])));
  const states = hidden.map((_, l) => start[2 * l]);
  const cells = hidden.map((_, l) => start[2 * l + 1]);

  return (previous, position) => {
    let input = previous;
    for (const [l, width] of hidden.entries()) {
      const own = l === 0 ? biases[0].map((bias, i) => bias + positions[position * 4 * width + i]) : biases[l];
      const row = graph.floats(own, [1, 4 * width]);
      const offset = l === 0 && fed !== undefined ? graph.op('Add', [fed, row]) : row;
      const gates = graph.op('Gemm', [graph.joinColumns([input, states[l]]), layers[l], offset]);
      const [opening, candidate] = graph.splitColumns(gates, [3 * width, width]);
      const [take, keep, show] = graph.splitColumns(graph.op('Sigmoid', [opening]), [width, width, width]);
      const product = (a: Value, b: Value) => graph.op('Mul', [a, b]);
      cells[l] = graph.op('Add', [product(keep, cells[l]), product(take, graph.op('Tanh', [candidate]))]);
      states[l] = product(show, graph.op('Tanh', [cells[l]]));
      input = states[l];
    }
    return input;
  };
}
