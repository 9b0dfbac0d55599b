import { engine, type GradSaveFunc, type Tensor, tidy, Variable } from '@tensorflow/tfjs-core';

/**
 * Computes several tensors as one operation whose gradient is written by hand: `forward` going forward, `backward` going back.
 *
 * Not by `customGrad`, which allows one output only; nor by a registered gradient, for which what is kept would be an output too, and be
 * given a cotangent of zeros.
 *
 * @param inputs everything that the outputs depend on and that may need a gradient
 * @param forward computes the outputs, and what else `backward` will need; it is told whether there will be a gradient
 * @param backward a gradient for each of the inputs, or a function that computes it if it is needed, from a cotangent for each of the
 * outputs, the inputs, and what `forward` kept
 */
export function withGradients(
  inputs: readonly Tensor[],
  forward: (hasGradient: boolean) => { outputs: Tensor[]; kept?: Tensor[] },
  backward: (cotangents: Tensor[], inputs: Tensor[], kept: Tensor[]) => (Tensor | (() => Tensor))[],
): Tensor[] {
  // Asked for here, since within the operation the tape is off.
  const hasGradient = engine().isTapeOn();
  return tidy(() =>
    engine()['runKernelFunc']({
      inputs: { ...inputs },
      forwardFunc: (_: unknown, save: GradSaveFunc) => {
        const { outputs, kept = [] } = forward(hasGradient);
        // Variables outlive the gradient.
        save([...inputs.filter((input) => !(input instanceof Variable)), ...kept]);
        return outputs;
      },
      backwardsFunc: (cotangents: Tensor | Tensor[], saved: Tensor[]) => {
        const rest = [...saved];
        const known = inputs.map((input) => (input instanceof Variable ? input : rest.shift()!));
        const gradients = backward([cotangents].flat(), known, rest);
        return Object.fromEntries(gradients.map((gradient, i) => [i, typeof gradient === 'function' ? gradient : () => gradient]));
      },
    }),
  ) as Tensor[];
}
