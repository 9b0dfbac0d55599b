import { getGradient } from '@tensorflow/tfjs-core';
import { registerFilterGradient } from './filter-gradient.js';
import { registerMissingGradients } from './missing-gradients.js';
import { registerSecondGradients } from './second-gradients.js';

let isDone = false;

/**
 * Registers the gradients that TensorFlow.js lacks, if its own are there: once they were, it changes nothing. Cheap, and therefore called
 * wherever a computation may begin, so that no program has to.
 */
export function registerGradients(): void {
  if (isDone || !hasStockGradients()) return;
  registerMissingGradients();
  registerFilterGradient();
  registerSecondGradients();
  isDone = true;
}

function hasStockGradients(): boolean {
  return getGradient('Exp') !== undefined;
}

/**
 * Sees to TensorFlow.js's own gradients and chained operations: a compiler drops `import * as tf from '@tensorflow/tfjs'` where `tf` stands
 * for types only, and what the package registers is then missing although the line is there.
 *
 * @throws Error if the package is not installed either
 */
export async function importGradients(): Promise<void> {
  if (hasStockGradients()) return;
  try {
    // A literal, so that bundlers find it.
    await import('@tensorflow/tfjs');
  } catch (error) {
    const message = 'useBackend: gradients must be registered first, got none; run `npm i @tensorflow/tfjs`';
    throw new Error(message, { cause: error });
  }
  if (hasStockGradients()) return;
  throw new Error(
    "useBackend: gradients must be registered first, and '@tensorflow/tfjs' registered them elsewhere; install one @tensorflow/tfjs-core only",
  );
}
