import {
  div,
  exp,
  max,
  type NamedTensorInfoMap,
  Softmax,
  sub,
  sum,
  type Tensor,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';

/** `tf.softmax`, over the last axis; the shaders of TensorFlow.js give NaN for a row of very small numbers, and fail for an empty one. */
export const softmaxKernel: KernelOverride = { name: Softmax, webgpu: composed, webgl: composed };

function composed(inputs: NamedTensorInfoMap): TensorInfo {
  const { logits } = inputs as { logits: Tensor };
  if (logits.size === 0) return logits.clone();
  return tidy(() => {
    const weights = exp(sub(logits, max(logits, -1, true)));
    return div(weights, sum(weights, -1, true));
  });
}
