import {
  add,
  Elu,
  engine,
  Exp,
  getGradient,
  type GradConfig,
  minimum,
  mul,
  type NamedTensorMap,
  Pow,
  registerGradient,
  Sigmoid,
  Softmax,
  Tanh,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { isInNestedGradient } from '../nested-gradient.js';

/** The kernels whose gradients TensorFlow.js takes from their results, and how it names their inputs. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  [Elu]: ['x'],
  [Exp]: ['x'],
  [Pow]: ['a', 'b'],
  [Sigmoid]: ['x'],
  [Softmax]: ['logits'],
  [Tanh]: ['x'],
};

const ownConfigs = new WeakSet<GradConfig>();

/**
 * Makes the gradients of `exp`, `tanh`, `sigmoid` and others differentiable, for gradients of gradients; a second time it changes nothing.
 *
 * TensorFlow.js takes them from a saved copy of the result, of which its tape does not know where it comes from: a second gradient lacks what
 * goes through it, or throws if nothing else is left. Within a gradient of a gradient the result is computed anew, from saved inputs.
 */
export function registerSecondGradients(): void {
  for (const [kernelName, names] of Object.entries(INPUTS)) {
    const stock = getGradient(kernelName);
    if (!stock || ownConfigs.has(stock)) continue;
    const config: GradConfig = {
      ...stock,
      kernelName,
      // Only where they are needed: they would be kept in memory until the gradient is taken.
      get inputsToSave() {
        return isInNestedGradient() ? [...names] : stock.inputsToSave;
      },
      gradFunc(dy, saved, attrs) {
        const count = stock.inputsToSave?.length ?? 0;
        const inputs = saved.slice(0, -1);
        if (!engine().isTapeOn() || inputs.length < names.length)
          return stock.gradFunc(dy, saved.slice(saved.length - count - 1), attrs);
        const named: NamedTensorMap = Object.fromEntries(names.map((name, i) => [name, inputs[i]]));
        const result = engine().runKernel(kernelName, named, attrs) as Tensor;
        if (kernelName === Elu) return { x: () => mul(dy as Tensor, minimum(add(result, 1), 1)) };
        return stock.gradFunc(dy, [...inputs.slice(0, count), result], attrs);
      },
    };
    registerGradient(config);
    ownConfigs.add(config);
  }
}
