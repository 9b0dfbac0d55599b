import { engine } from '@tensorflow/tfjs-core';

/** Whether what is computed now is inside the gradient of a gradient. */
export function isInNestedGradient(): boolean {
  return engine().state.gradientDepth > 1;
}
