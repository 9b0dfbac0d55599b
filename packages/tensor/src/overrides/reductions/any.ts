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
import { overNothing } from './empty-reduction.js';

/** `tf.any`; over axes of size 1 the stock kernel on webgpu gives back numbers that it has freed. */
export const anyKernel: KernelOverride = { name: Any, webgpu: anyBySum };

/** `tf.all`, of which only that of nothing, true, is ours. */
export const allKernel: KernelOverride = { name: All, webgpu: overNothing(1), webgl: overNothing(1) };

function anyBySum(inputs: NamedTensorInfoMap, { axis, keepDims }: NamedAttrMap): TensorInfo {
  const x = inputs.x as Tensor;
  return tidy(() => greater(sum(cast(x, 'float32'), axis as number[], keepDims as boolean), 0));
}
