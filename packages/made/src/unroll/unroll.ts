import {
  concat,
  gather,
  reshape,
  slice,
  type Tensor,
  tensor1d,
  type Tensor2D,
  tidy,
  transpose,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { customGradient } from '@pushforward/tensor';
import type { Step, ValueAndLogDet } from '../contract/conditioner.js';
import type { MadeNetwork } from '../network/network.js';
import type { UnrollArrays } from './arrays.js';
import { invertPermutation } from '../masks/order.js';
import { unrollBackward } from './backward.js';
import { unrollForward } from './forward.js';

/**
 * The sequential direction of a masked network unrolled over the dimensions, as one differentiable operation.
 *
 * The degree of a dimension is its place in the order, or its level in a graph, and that of a unit the number of degrees that it may see: the values
 * of degree below r decide the units of degree r, and these the parameters of degree r. So unrolling goes up the degrees: units, parameters, step, next
 * degree. The gradient goes down them: a value of degree r acts on units of higher degree alone, so its adjoint is complete when those are
 * done; it gives the adjoints of the parameters of degree r and then, layer by layer from the last, of the units of degree r.
 *
 * Either way the degrees are halved recursively, and what one half adds to the other is one product for each layer. All products
 * together are exactly one pass without the masked connections; copying what is already known at every degree would cost
 * more than them.
 *
 * Kept for the gradient are the values of the inputs, units and parameters, O(D·P + units) for each event, and no tape of D steps.
 *
 * @param weights one for each layer, masks applied, `[inputs, units]`
 * @param offsets what is added to each layer's products, `[1, units]` or `[N, units]`
 * @param input `[N, D]`
 * @returns `value` `[N, D]` and `logDet` `[N]`
 */
export function unroll(
  network: MadeNetwork,
  weights: readonly Tensor[],
  offsets: readonly Tensor[],
  input: Tensor,
  step: Step,
): ValueAndLogDet {
  const [rows, dim] = input.shape;
  const { order, layers } = network;
  const arrange = (given: Tensor[]): UnrollArrays =>
    reorder(network, order, {
      input: transpose(given[0]) as Tensor2D,
      weights: given.slice(1, 1 + layers.length) as Tensor2D[],
      offsets: given.slice(1 + layers.length).map((offset) => transpose(offset) as Tensor2D),
    });

  // A custom gradient has one output: the log-determinant is its last column.
  const op = customGradient((given, save) => {
    if (rows === 0) return { value: zeros([0, dim + 1]), gradFunc: () => given.map((tensor) => zerosLike(tensor)) };
    const { values, logDet } = unrollForward(network, arrange(given), step);
    save([...given, ...values]);
    const gradFunc = (cotangent: Tensor, saved: Tensor[]): Tensor[] =>
      tidy(() => {
        const known = saved.slice(given.length) as Tensor2D[];
        const [value, logDet] = [columns(cotangent, 0, dim), columns(cotangent, dim, dim + 1)].map(
          (part) => transpose(part) as Tensor2D,
        );
        const cotangents = { value: takeRows(value, order), logDet };
        const ranked = unrollBackward(network, arrange(saved.slice(0, given.length)), known, step, cotangents);
        const gradients = reorder(network, invertPermutation(order), ranked);
        return [
          transpose(gradients.input),
          ...gradients.weights,
          ...gradients.offsets.map((offset) => transpose(offset)),
        ];
      });
    return { value: transpose(concat([takeRows(values[0], invertPermutation(order)), logDet], 0)), gradFunc };
  });
  return tidy(() => {
    const packed = op(input, ...weights, ...offsets);
    return { value: columns(packed, 0, dim), logDet: reshape(columns(packed, dim, dim + 1), [rows]) };
  });
}

function columns(matrix: Tensor, begin: number, end: number): Tensor {
  return slice(matrix, [0, begin], [matrix.shape[0], end - begin]);
}

/** Inputs and parameters from one order of the dimensions to another. */
function reorder(
  { layers }: MadeNetwork,
  order: readonly number[],
  { input, weights, offsets }: UnrollArrays,
): UnrollArrays {
  const unitsInOrder = (count: number) => {
    const each = count / order.length;
    return order.flatMap((dimension) => Array.from({ length: each }, (_, p) => dimension * each + p));
  };
  return {
    input: takeRows(input, order),
    weights: weights.map((matrix, l) => {
      const fromOrdered = layers[l].from === 0 ? takeRows(matrix, order) : matrix;
      return layers[l].isOutput ? take(fromOrdered, unitsInOrder(matrix.shape[1]), 1) : fromOrdered;
    }),
    offsets: offsets.map((offset, l) =>
      layers[l].isOutput ? takeRows(offset, unitsInOrder(offset.shape[0])) : offset,
    ),
  };
}

function takeRows(matrix: Tensor2D, indices: readonly number[]): Tensor2D {
  return take(matrix, indices, 0);
}

function take(matrix: Tensor2D, indices: readonly number[], axis: number): Tensor2D {
  return indices.every((index, i) => index === i) ? matrix : gather(matrix, tensor1d([...indices], 'int32'), axis);
}
