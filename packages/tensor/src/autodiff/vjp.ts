import { clone, customGrad, engine, scalar, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { formatShape } from '../arguments/check.js';

/**
 * Vector–Jacobian products `Σⱼ cotangentⱼᵀ ∂outputⱼ/∂inputᵢ` of a function, one for each input.
 *
 * Unlike `tf.grads` it takes a function of several outputs, gives zeros for an input that no output depends on, and works inside
 * the gradient function of another operation, where `tf.grads` would clear the tape of the gradient being computed. An input is
 * recognised by its identity, so a variable that `fn` closes over may be passed as an input too.
 *
 * **Shapes**: each cotangent has the shape of its output, each result that of its input.
 *
 * @param fn a function of the inputs; it is called once
 * @param cotangents one for each output of `fn`, in order
 * @throws Error if the cotangents are not as many as the outputs, or a shape differs
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { vjp } from '@pushforward/tensor';
 *
 * const x = tf.tensor1d([1, 2]);
 * const [dx] = vjp((x) => [tf.square(x), tf.sum(x)], [x], [tf.tensor1d([1, 1]), tf.scalar(10)]);
 * console.log(await dx.data()); // Float32Array(2) [ 12, 14 ]
 * ```
 */
export function vjp(
  fn: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  cotangents: readonly Tensor[],
): Tensor[] {
  if (inputs.length === 0) return [];
  return tidy(() => {
    // The tape knows tensors by identity: an input that is passed twice needs two, to get two products.
    const leaves = inputs.map((input, i) => (inputs.indexOf(input) < i ? clone(input) : input));
    const { grads } = onOwnTape(() =>
      engine().gradients(() => contract([fn(...leaves)].flat(), cotangents), leaves, undefined, true),
    );
    return leaves.map((leaf, i) => grads[i] ?? zeros(leaf.shape));
  });
}

/** A number whose gradient with respect to each output is that output's cotangent: no arithmetic is spent on contracting them. */
function contract(outputs: Tensor[], cotangents: readonly Tensor[]): Tensor {
  if (outputs.length !== cotangents.length) {
    throw new Error(`vjp: cotangents must be ${outputs.length}, one for each output, got ${cotangents.length}`);
  }
  outputs.forEach(({ shape }, i) => {
    if (formatShape(shape) !== formatShape(cotangents[i].shape)) {
      throw new Error(`vjp: cotangents[${i}] must be ${formatShape(shape)}, got ${formatShape(cotangents[i].shape)}`);
    }
  });
  // Cloned because back-propagation disposes of what it accumulates.
  return customGrad(() => ({ value: scalar(0), gradFunc: () => cotangents.map((cotangent) => clone(cotangent)) }))(
    ...outputs,
  );
}

/**
 * TensorFlow.js clears its one tape at the end of every outermost gradient, also when that runs inside the gradient function of
 * an operation on that tape; and it records nothing inside an operation's forward function. Both are undone here.
 */
function onOwnTape<T>(f: () => T): T {
  const { state } = engine();
  const { activeTape, gradientDepth, kernelDepth } = state;
  if (kernelDepth > 0) {
    state.gradientDepth = 0;
    state.kernelDepth = 0;
  }
  try {
    return f();
  } finally {
    state.activeTape = activeTape;
    state.gradientDepth = gradientDepth;
    state.kernelDepth = kernelDepth;
  }
}
