import { engine, keep, type Tensor, tidy, Variable } from '@tensorflow/tfjs-core';
import { secondHandle } from './second-handle.js';

/**
 * Computes several tensors as one operation whose gradient is written by hand: `forward` going forward, `backward` going back.
 *
 * Not by `customGrad`, which allows one output only; nor by a registered gradient, for which residuals would be outputs too, and be
 * given cotangents of zeros. The tape is written here, so that small operations cost little besides their kernels.
 *
 * @param inputs everything that the outputs depend on and that may need a gradient
 * @param forward computes the outputs, and what else `backward` will need, under the caller's `tf.tidy` if it makes other tensors; it is told whether there will
 * be a gradient
 * @param backward a gradient for each of the inputs, or a function that computes it if it is needed, from a cotangent for each of the
 * outputs, the inputs, and the residuals of `forward`
 */
export function withGradients(
  inputs: readonly Tensor[],
  forward: (hasGradient: boolean) => { outputs: Tensor[]; residuals?: Tensor[] },
  backward: (cotangents: Tensor[], inputs: Tensor[], residuals: Tensor[]) => (Tensor | (() => Tensor))[],
): Tensor[] {
  const { state } = engine();
  if (!engine().isTapeOn()) return tidy(() => forward(false).outputs);
  // The tape does not record the insides of an operation.
  state.kernelDepth++;
  let outputs: Tensor[];
  let saved: Tensor[];
  try {
    const result = forward(true);
    outputs = result.outputs;
    // Variables outlive the gradient; other inputs, and outputs, may be disposed of by their owner.
    const handles = inputs.filter((input) => !(input instanceof Variable)).map(secondHandle);
    const residuals = (result.residuals ?? []).map((tensor) =>
      outputs.includes(tensor) ? secondHandle(tensor) : tensor,
    );
    saved = [...handles, ...residuals];
  } finally {
    state.kernelDepth--;
  }
  // The tape disposes of saved tensors.
  for (const tensor of saved) keep(tensor);
  const gradFunc = (cotangents: Tensor | Tensor[]) => {
    const rest = [...saved];
    const known = inputs.map((input) => (input instanceof Variable ? input : rest.shift()!));
    const gradients = backward([cotangents].flat(), known, rest);
    return gradients.map((gradient) => (typeof gradient === 'function' ? gradient : () => gradient));
  };
  // The tape goes through inputs and gradients by their keys: those of lists are indices.
  engine()['addTapeNode']('withGradients', inputs as never, outputs, gradFunc as never, saved, {});
  return outputs;
}
