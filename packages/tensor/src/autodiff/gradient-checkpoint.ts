import { clone, engine, Tensor, tidy, Variable } from '@tensorflow/tfjs-core';
import { vjp } from './vjp.js';
import { withGradients } from './with-gradients.js';

/**
 * Runs a function without keeping its intermediate results for the gradient, and runs it again when the gradient is computed:
 * memory for time. Values and gradients are those of calling `fn(...inputs)`.
 *
 * Of a chain of n equal layers, each checkpointed, the inputs are kept and the insides of one layer at a time; backwards costs one
 * more forward pass. Without a gradient being computed, it is a plain call.
 *
 * Gradients flow to the inputs and to every variable that `fn` uses. Pass every other tensor that needs a gradient as an input: one
 * that is only closed over counts as a constant. `fn` must compute the same when it is called again, so draw random numbers by an
 * explicit key. Checkpoints may be nested.
 *
 * **Shapes**: result as `fn` returns it: a tensor, an array of tensors or a record of tensors.
 *
 * Source: Chen et al. 2016, "Training deep nets with sublinear memory cost".
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { checkpoint } from '@pushforward/tensor';
 *
 * const w = tf.variable(tf.tensor1d([0.5]));
 * const layer = (x: tf.Tensor) => tf.tanh(tf.mul(x, w));
 * const { grads } = tf.variableGrads(() => tf.sum(checkpoint(layer, [tf.tensor1d([2])])));
 * console.log((await grads[w.name].data())[0].toFixed(4)); // 0.8399
 * w.dispose();
 * ```
 */
export function checkpoint<T extends Tensor | readonly Tensor[] | { [K in keyof T]: Tensor }>(
  fn: (...inputs: Tensor[]) => T,
  inputs: readonly Tensor[],
): T {
  const run = () => {
    if (!engine().isTapeOn()) return fn(...inputs);
    const { result, variables } = runOffTape(() => fn(...inputs));
    const outputs = withGradients(
      [...inputs, ...variables],
      // Cloned because the tape knows tensors by identity, and an output may be an input.
      () => ({ outputs: tensorsOf(result).map((output) => clone(output)) }),
      (cotangents, known) => vjp((...args) => tensorsOf(fn(...args.slice(0, inputs.length))), known, cotangents),
    );
    return withTensors(result, outputs);
  };
  return tidy(run as () => Tensor) as T;
}

/** Runs a function whose operations are forgotten, but for the variables that took part. */
function runOffTape<T>(f: () => T): { result: T; variables: Variable[] } {
  const { state } = engine();
  const outerTape = state.activeTape;
  state.activeTape = [];
  try {
    const result = f();
    const operands = state.activeTape.flatMap((node) => Object.values(node.inputs));
    return { result, variables: [...new Set(operands.filter((tensor) => tensor instanceof Variable))] };
  } finally {
    for (const node of state.activeTape) for (const tensor of node.saved ?? []) tensor.dispose();
    state.activeTape = outerTape;
  }
}

function tensorsOf(result: object): Tensor[] {
  return result instanceof Tensor ? [result] : Object.values(result);
}

/** The tensors in the structure of a result. */
function withTensors(result: object, tensors: Tensor[]): object {
  if (result instanceof Tensor) return tensors[0];
  if (Array.isArray(result)) return tensors;
  return Object.fromEntries(Object.keys(result).map((name, i) => [name, tensors[i]]));
}
