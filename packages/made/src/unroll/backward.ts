import {
  add,
  broadcastTo,
  matMul,
  mul,
  onesLike,
  reshape,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { TensorContainer } from '@tensorflow/tfjs-core/dist/tensor_types.js';
import { activate, vjp } from '@pushforward/tensor';
import { type Blocks, cut, plus, spansOf, stack } from './blocks.js';
import type { Step } from '../contract/conditioner.js';
import type { MadeNetwork } from '../network/network.js';
import type { UnrollArrays } from './arrays.js';

/** Inputs for a range of degrees. */
interface Given {
  /** For each node, what readers of higher degree give the adjoint of what they read. */
  pending: Blocks;
  /** For each layer, the weights from these degrees to these degrees, `[inputs, units]`. */
  weights: Blocks;
  /** For each node, the derivative of what is read by what it is computed from. */
  slopes: Blocks;
  /** The cotangent of the values, `[degrees, N]`. */
  value: Tensor2D;
  /** The log-determinant's share of the parameters' adjoint, `[degrees · P, N]`. */
  parameters: Tensor2D;
}

/**
 * The gradients of {@link unrollForward} with respect to all that it computed with.
 *
 * The step acts element by element, so its derivatives at all degrees are known beforehand; what is left is linear, and goes degree
 * by degree from the last.
 *
 * @param values what `unrollForward` gave
 * @param cotangents `value` `[D, N]` by degree, `logDet` `[1, N]`
 */
export function unrollBackward(
  network: MadeNetwork,
  { input, weights, offsets }: UnrollArrays,
  values: readonly Tensor2D[],
  step: Step,
  cotangents: { value: Tensor2D; logDet: Tensor2D },
): UnrollArrays {
  const { activation, layers, starts } = network;
  const [dim, count] = input.shape;
  const last = layers.length;
  const spansFrom = spansOf(network);
  const nodes = values.map((_, node) => node);
  const readers = nodes.map((node) => layers.flatMap(({ from }, l) => (from === node ? [l] : [])));
  const skips = nodes.map((node) => layers.flatMap(({ skip }, l) => (skip === node ? [l] : [])));

  const ofValue = stepGradients((u, p) => step(u, p).value, input, values[last], onesLike(input));
  const ofLogDet = stepGradients(
    (u, p) => step(u, p).logDet,
    input,
    values[last],
    broadcastTo(cotangents.logDet, [dim, count]),
  );
  // The parameters are read by the step alone, other nodes by layers.
  const isHidden = (node: number) => node > 0 && readers[node].length > 0;
  const slopes = values.map((value, node) => {
    if (node === last) return ofValue.parameters;
    return isHidden(node)
      ? (vjp((x) => activate(activation, x), [value], [onesLike(value)])[0] as Tensor2D)
      : undefined;
  });

  /** The adjoint of every node: of the values chosen, and of units before their activation. */
  const adjointsOf = (begin: number, end: number, given: Given): Blocks => {
    if (end - begin === 1) return adjointsOfRank(given);
    const middle = (begin + end) >> 1;
    const spans = spansFrom(begin);
    const half = (from: number, to: number, pending: Blocks): Given => ({
      pending,
      weights: layers.map((layer, l) =>
        layer.from === 0 && to - from === 1
          ? undefined
          : cut(given.weights[l], spans(layer.from, from, to), spans(l + 1, from, to)),
      ),
      slopes: nodes.map((node) => cut(given.slopes[node], spans(node, from, to))),
      value: cut(given.value, spans(0, from, to))!,
      parameters: cut(given.parameters, spans(last, from, to))!,
    });
    const pendingOf = (node: number, from: number, to: number) => cut(given.pending[node], spans(node, from, to));
    const upper = scoped(() =>
      adjointsOf(
        middle,
        end,
        half(
          middle,
          end,
          nodes.map((node) => pendingOf(node, middle, end)),
        ),
      ),
    );
    const lower = scoped(() => {
      const below = nodes.map((node) =>
        readers[node].reduce(
          (total, l) => {
            const across = cut(given.weights[l], spans(node, begin, middle), spans(l + 1, middle, end));
            return plus(across && matMul(across, upper[l + 1]!), total);
          },
          pendingOf(node, begin, middle),
        ),
      );
      return adjointsOf(begin, middle, half(begin, middle, below));
    });
    return stack(lower, upper);
  };

  const adjointsOfRank = ({ pending, weights: own, slopes: slope, value, parameters }: Given): Blocks => {
    const adjoints: (Tensor2D | undefined)[] = nodes.map(() => undefined);
    const chosen = add(value, pending[0] ?? 0) as Tensor2D;
    adjoints[0] = chosen;
    adjoints[last] = add(mulEach(chosen, slope[last]!), parameters);
    for (let node = last - 1; node > 0; node--) {
      const read = readers[node].reduce((total, l) => {
        const [matrix, adjoint] = [own[l], adjoints[l + 1]];
        return plus(matrix && adjoint && matMul(matrix, adjoint), total);
      }, pending[node]);
      const ownSlope = slope[node];
      const throughReaders: Tensor2D | undefined = read && ownSlope && mul(read, ownSlope);
      adjoints[node] = skips[node].reduce((total, l) => plus(adjoints[l + 1], total), throughReaders);
    }
    return adjoints;
  };

  const noPending = nodes.map(() => undefined);
  const adjoints = adjointsOf(0, starts.length - 1, {
    pending: noPending,
    weights,
    slopes,
    value: cotangents.value,
    parameters: ofLogDet.parameters,
  });
  const reads = values.map((value, node) => (isHidden(node) ? (activate(activation, value) as Tensor2D) : value));
  return {
    input: add(mul(adjoints[0]!, ofValue.input), ofLogDet.input),
    weights: layers.map(({ from }, l) => matMul(reads[from], adjoints[l + 1]!, false, true)),
    offsets: offsets.map((offset, l) =>
      offset.shape[1] === count ? adjoints[l + 1]! : sum(adjoints[l + 1]!, 1, true),
    ),
  };
}

/** The gradients of one of a step's results, taken at all degrees and events at once; the parameters lie as `[D·P, N]`. */
function stepGradients(
  result: (input: Tensor, parameters: Tensor) => Tensor,
  input: Tensor2D,
  parameters: Tensor2D,
  cotangent: Tensor,
): { input: Tensor2D; parameters: Tensor2D } {
  const [dim, count] = input.shape;
  const each = parameters.shape[0] / dim;
  const parametersLast = transpose(reshape(parameters, [dim, each, count]), [0, 2, 1]);
  const [ofInput, ofParameters] = vjp(result, [input, parametersLast], [cotangent]);
  return { input: ofInput as Tensor2D, parameters: reshape(transpose(ofParameters, [0, 2, 1]), [dim * each, count]) };
}

/** The product of one row for each dimension with P rows for each. */
function mulEach(one: Tensor2D, rows: Tensor2D): Tensor2D {
  const [dims, count] = one.shape;
  if (dims === 1) return mul(one, rows);
  return reshape(mul(reshape(one, [dims, 1, count]), reshape(rows, [dims, -1, count])), rows.shape);
}

/** Frees what the result does not hold. */
function scoped<T extends object>(run: () => T): T {
  return tidy(run as unknown as () => TensorContainer) as T;
}
