import { engine, type NamedTensorInfoMap, reshape, type Tensor, type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';

/** With 5 axes or more a shader's coordinates are not a WGSL vector, and the stock webgpu shader for a vector operand does not compile. */
const MANY_AXES = 5;

/** A binary operation that reshapes a vector operand to the rank of the other, if that is 5 or more. */
export function vectorAndAxes(name: string): KernelOverride['webgpu'] {
  return (inputs: NamedTensorInfoMap) => {
    const { a, b } = inputs as { a: Tensor; b: Tensor };
    const rank = Math.max(a.shape.length, b.shape.length);
    if (rank < MANY_AXES || Math.min(a.shape.length, b.shape.length) !== 1) return null;
    const raised = (x: Tensor) =>
      x.shape.length === 1 ? reshape(x, [...Array.from({ length: rank - 1 }, () => 1), x.shape[0]]) : x;
    return tidy(() => engine().runKernel<Tensor>(name, { a: raised(a), b: raised(b) })) as TensorInfo;
  };
}
