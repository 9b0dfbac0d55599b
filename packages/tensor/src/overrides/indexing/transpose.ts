import { type TensorInfo, Transpose } from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';

/** `tf.transpose`, which on wasm divides by zero where a tensor of four axes holds no numbers. */
export const transposeKernel: KernelOverride = {
  name: Transpose,
  wasm: (inputs, { perm }, wasm) => {
    const { shape, dtype } = inputs.x as TensorInfo;
    if (!shape.includes(0) || dtype === 'string') return null;
    return wasm.output(
      (perm as number[]).map((axis) => shape[axis]),
      dtype,
    );
  },
};
