import { add, concat, mul, sigmoid, split, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { customGradient } from '@pushforward/tensor';

/**
 * One step of a long short-term memory: with `i, f, o = sigmoid` of the first three quarters of `products + bias` and `g = tanh` of the last,
 * `cell' = f·cell + i·g` and `state' = o·tanh(cell')`.
 *
 * Kept for the gradient are i, f, o, g and the two cells.
 *
 * **Shapes**: products `[N, 4·H]`, bias `[4·H]` or `[N, 4·H]`, cell `[N, H]`; result `[N, 2·H]`, the state and then the cell.
 *
 * Source: Hochreiter & Schmidhuber 1997, "Long short-term memory"; the forget gate: Gers, Schmidhuber & Cummins 2000, "Learning to
 * forget".
 */
export function lstmCell(products: Tensor, bias: Tensor, cell: Tensor): Tensor {
  const width = cell.shape[1]!;
  const op = customGradient(([given, added, before], save) => {
    const [opening, candidate] = split(add(given, added), [3 * width, width], 1);
    const open = sigmoid(opening);
    const content = tanh(candidate);
    const [take, keep, show] = split(open, 3, 1);
    const after = add(mul(keep, before), mul(take, content));
    const shown = tanh(after);
    save([open, content, before, shown]);
    return { value: concat([mul(show, shown), after], 1), gradFunc };
  });
  return op(products, bias, cell);

  function gradFunc(cotangent: Tensor, saved: Tensor[]): Tensor[] {
    const [open, content, before, shown] = saved;
    const [take, keep, show] = split(open, 3, 1);
    const [ofState, ofCell] = split(cotangent, 2, 1);
    const ofAfter = add(ofCell, mul(mul(ofState, show), tanhSlope(shown)));
    const ofOpen = concat([mul(ofAfter, content), mul(ofAfter, before), mul(ofState, shown)], 1);
    const ofCandidate = mul(mul(ofAfter, take), tanhSlope(content));
    const ofGates = concat([mul(ofOpen, sub(open, square(open))), ofCandidate], 1);
    return [ofGates, bias.rank === 1 ? sum(ofGates, 0) : ofGates, mul(ofAfter, keep)];
  }
}

/** By the sigmoid, which TensorFlow.js's wasm backend computes fifteen times faster; off by 10⁻⁷ at most, which is much only near 0. */
function tanh(x: Tensor): Tensor {
  return sub(mul(sigmoid(mul(x, 2)), 2), 1);
}

/** The derivative of the hyperbolic tangent where it has some value. */
function tanhSlope(value: Tensor): Tensor {
  return sub(1, square(value));
}
