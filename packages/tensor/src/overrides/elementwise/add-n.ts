import { AddN, addN, type NamedTensorInfoMap, type Tensor, type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';

/** `tf.addN`; the stock kernel on webgpu takes all of its tensors at once, and gives zeros where a GPU lets a shader have fewer. */
export const addNKernel: KernelOverride = { name: AddN, webgpu: inGroups };

/** The 8 buffers that every GPU has, less one for the result. */
const MOST = 7;

function inGroups(inputs: NamedTensorInfoMap): TensorInfo | null {
  const tensors = Object.values(inputs) as Tensor[];
  if (tensors.length <= MOST) return null;
  return tidy(() => addN([addN(tensors.slice(0, MOST)), ...tensors.slice(MOST)]));
}
