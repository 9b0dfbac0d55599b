import type { Tensor } from '@tensorflow/tfjs-core';
import { runNewKernel } from './run-new-kernel.js';
import { withGradients } from './with-gradients.js';

/**
 * Runs a kernel of our own whose last output is kept for its gradient, a kernel too: that one's inputs are the operands, what was kept, and
 * the cotangents of the other outputs, which are the results; its outputs the operands' gradients.
 *
 * @param attrs of both; the first is told besides by `keep` whether there will be a gradient
 */
export function withKept(kernel: string, gradientKernel: string, operands: readonly Tensor[], attrs: object): Tensor[] {
  return withGradients(
    operands,
    (keep) => {
      const outputs = runNewKernel(kernel, operands, { ...attrs, keep });
      const kept = outputs.pop()!;
      return { outputs, kept: [kept] };
    },
    (cotangents, known, kept) => runNewKernel(gradientKernel, [...known, ...kept, ...cotangents], attrs),
  );
}
