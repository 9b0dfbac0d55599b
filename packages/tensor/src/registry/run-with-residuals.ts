import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { runKernel } from './run-kernel.js';
import { toFloat } from '../arguments/to-float.js';
import { withGradients } from '../autodiff/with-gradients.js';

/**
 * Runs a {@link CustomKernel} whose last output is its residuals, which are saved for the gradient; the other outputs are the results. The gradient is a
 * kernel too: its inputs are the operands, the residuals, and the cotangents of the results, its outputs the gradients of the operands.
 *
 * @param name what errors call the function, whose operands are the input and then its weights
 * @param attrs of both; the first is told besides by `keep` whether there will be a gradient
 */
export function runWithResiduals(
  name: string,
  kernel: string,
  gradientKernel: string,
  operands: readonly Tensor[],
  attrs: object,
): Tensor[] {
  if (operands.some(({ dtype }) => dtype !== 'float32')) {
    return tidy(() => {
      const cast = operands.map((operand, i) => toFloat(`${name}: ${i === 0 ? 'input' : 'every weight'}`, operand));
      return runWithResiduals(name, kernel, gradientKernel, cast, attrs);
    });
  }
  return withGradients(
    operands,
    (keep) => {
      const outputs = runKernel(kernel, operands, { ...attrs, keep });
      const residuals = outputs.pop()!;
      return { outputs, residuals: [residuals] };
    },
    (cotangents, inputs, residuals) => runKernel(gradientKernel, [...inputs, ...residuals, ...cotangents], attrs),
  );
}
