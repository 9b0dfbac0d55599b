import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { runNewKernel } from './run-kernel.js';
import { toFloat } from '../arguments/to-float.js';
import { withGradients } from '../autodiff/with-gradients.js';

/**
 * Runs a kernel of our own whose last output is kept for its gradient, a kernel too: that one's inputs are the operands, what was kept, and
 * the cotangents of the other outputs, which are the results; its outputs the operands' gradients.
 *
 * @param name what errors call the function, whose operands are the input and then its weights
 * @param attrs of both; the first is told besides by `keep` whether there will be a gradient
 */
export function withKept(
  name: string,
  kernel: string,
  gradientKernel: string,
  operands: readonly Tensor[],
  attrs: object,
): Tensor[] {
  if (operands.some(({ dtype }) => dtype !== 'float32')) {
    return tidy(() => {
      const cast = operands.map((operand, i) => toFloat(`${name}: ${i === 0 ? 'input' : 'every weight'}`, operand));
      return withKept(name, kernel, gradientKernel, cast, attrs);
    });
  }
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
