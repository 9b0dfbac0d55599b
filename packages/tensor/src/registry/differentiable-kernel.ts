import { engine, getKernel } from '@tensorflow/tfjs-core';
import { isInNestedGradient } from '../autodiff/nested-gradient.js';

/**
 * Whether the backend in use has a kernel of our own that may take part in what is computed now.
 *
 * The gradient of such a kernel is a kernel too, which has none: within the gradient of a gradient the operation is to be composed of others.
 */
export function hasDifferentiableKernel(name: string): boolean {
  return !isInNestedGradient() && getKernel(name, engine().backendName) !== undefined;
}
