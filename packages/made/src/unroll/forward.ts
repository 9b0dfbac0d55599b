import { add, broadcastTo, matMul, reshape, sum, type Tensor2D, tidy, transpose } from '@tensorflow/tfjs-core';
import type { TensorContainer } from '@tensorflow/tfjs-core/dist/tensor_types.js';
import { activate } from '@pushforward/tensor';
import { type Blocks, cut, plus, spansOf, stack } from './blocks.js';
import type { Step } from '../contract/conditioner.js';
import type { MadeNetwork } from '../network/network.js';
import type { UnrollArrays } from './arrays.js';

/** Inputs for a range of degrees. */
interface Given {
  input: Tensor2D;
  /** For each layer, what lower degrees and the offset add to its units: `[units, N]` or `[units, 1]`. */
  pending: Blocks;
  /** For each layer, the weights from these degrees to these degrees, `[units, inputs]`. */
  weights: Blocks;
}

/** Results for a range of degrees. */
interface Solved {
  /** For each node, its values: those chosen, and units before their activation. */
  values: Blocks;
  /** For each node, what its readers read. */
  reads: Blocks;
  /** `[1, N]` */
  logDet: Tensor2D;
}

/**
 * Solves for the values degree by degree.
 *
 * @returns every node's values, `[units, N]`, the chosen ones first and the parameters last, by degree; and the log-determinant `[1, N]`
 */
export function unrollForward(
  network: MadeNetwork,
  arrays: UnrollArrays,
  step: Step,
): { values: Tensor2D[]; logDet: Tensor2D } {
  const { activation, layers, starts } = network;
  const count = arrays.input.shape[1];
  const spansFrom = spansOf(network);
  const isRead = [true, ...layers.map((_, l) => layers.some(({ from }) => from === l + 1))];

  const solve = (begin: number, end: number, { input, pending, weights }: Given): Solved => {
    if (end - begin === 1) return solveRank(input, pending, weights);
    const middle = (begin + end) >> 1;
    const spans = spansFrom(begin);
    // Each half is cut from the range above it: the wasm backend's slice copies all that it is taken from.
    const half = (from: number, to: number, pendingHere: Blocks): Given => ({
      input: cut(input, spans(0, from, to))!,
      pending: pendingHere,
      // The values of a degree act on higher ones alone.
      weights: layers.map((layer, l) =>
        layer.from === 0 && to - from === 1
          ? undefined
          : cut(weights[l], spans(l + 1, from, to), spans(layer.from, from, to)),
      ),
    });
    const lower = scoped(() =>
      solve(
        begin,
        middle,
        half(
          begin,
          middle,
          pending.map((block, l) => cut(block, spans(l + 1, begin, middle))),
        ),
      ),
    );
    const upper = scoped(() => {
      const above = layers.map(({ from }, l) => {
        const across = cut(weights[l], spans(l + 1, middle, end), spans(from, begin, middle));
        return plus(across && matMul(across, lower.reads[from]!), cut(pending[l], spans(l + 1, middle, end)));
      });
      return solve(middle, end, half(middle, end, above));
    });
    return {
      values: stack(lower.values, upper.values),
      reads: stack(lower.reads, upper.reads),
      logDet: add(lower.logDet, upper.logDet),
    };
  };

  const solveRank = (input: Tensor2D, pending: Blocks, weights: Blocks): Solved => {
    const values: (Tensor2D | undefined)[] = [undefined];
    const reads: (Tensor2D | undefined)[] = [undefined];
    for (const [l, { from, skip }] of layers.entries()) {
      const [matrix, read] = [weights[l], reads[from]];
      const product = matrix && read && matMul(matrix, read);
      let value = plus(product, pending[l]);
      if (skip !== undefined) value = plus(values[skip], value);
      // An offset alone is one column for all events.
      if (value && value.shape[1] !== count) value = broadcastTo(value, [value.shape[0], count]);
      values.push(value);
      reads.push(value && isRead[l + 1] ? (activate(activation, value) as Tensor2D) : undefined);
    }
    const chosen = input.shape[0];
    const parameters = transpose(reshape(values.at(-1)!, [chosen, -1, count]), [0, 2, 1]);
    const { value, logDet } = step(input, parameters);
    values[0] = reads[0] = value as Tensor2D;
    return { values, reads, logDet: chosen === 1 ? (logDet as Tensor2D) : sum(logDet, 0, true) };
  };

  return scoped(() => {
    const weights = arrays.weights.map((matrix) => transpose(matrix));
    const { values, logDet } = solve(0, starts.length - 1, { input: arrays.input, pending: arrays.offsets, weights });
    return { values: values as Tensor2D[], logDet };
  });
}

/** Frees what the result does not hold. */
function scoped<T extends object>(run: () => T): T {
  return tidy(run as () => TensorContainer) as T;
}
