import {
  All,
  Any,
  cast,
  greater,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  sum,
  type Tensor,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import { emptyReduction } from './empty-reduction.js';

/** `tf.any`: over axes of size 1 the stock kernel on webgpu returns freed memory. */
export const anyKernel: KernelOverride = { name: Any, webgpu: anyBySum };

/** `tf.all`, overridden for empty tensors only, where it is true. */
export const allKernel: KernelOverride = { name: All, webgpu: emptyReduction(1), webgl: emptyReduction(1) };

function anyBySum(inputs: NamedTensorInfoMap, { axis, keepDims }: NamedAttrMap): TensorInfo {
  const x = inputs.x as Tensor;
  return tidy(() => greater(sum(cast(x, 'float32'), axis as number[], keepDims as boolean), 0));
}
