import { getGradient, registerGradient, zeros } from '@tensorflow/tfjs-core';

/** Kernels without a gradient in TensorFlow.js whose result does not change with small changes of their inputs. */
const PIECEWISE_CONSTANT: Record<string, string[]> = {
  All: ['x'],
  Any: ['x'],
  Equal: ['a', 'b'],
  Greater: ['a', 'b'],
  GreaterEqual: ['a', 'b'],
  IsFinite: ['x'],
  IsInf: ['x'],
  IsNan: ['x'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalNot: ['x'],
  LogicalOr: ['a', 'b'],
  NotEqual: ['a', 'b'],
  SearchSorted: ['sortedSequence', 'values'],
};

/**
 * Registers zero gradients for comparisons and logical operations that have none; those that have one keep it.
 *
 * Without them, `tf.where(tf.greater(x, 0), …)` under a gradient throws. `useBackend` calls this.
 */
export function registerMissingGradients(): void {
  for (const [kernelName, inputs] of Object.entries(PIECEWISE_CONSTANT)) {
    if (getGradient(kernelName)) continue;
    registerGradient({
      kernelName,
      inputsToSave: inputs,
      gradFunc: (_, saved) => Object.fromEntries(inputs.map((name, i) => [name, () => zeros(saved[i].shape)])),
    });
  }
}
