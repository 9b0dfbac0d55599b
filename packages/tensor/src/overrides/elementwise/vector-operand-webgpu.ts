import { engine, type NamedTensorInfoMap, reshape, type Tensor, type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';

/** From here on a shader's coordinates are no WGSL vector, and the stock shader on webgpu that shares a vector among threads does not compile. */
const MANY_AXES = 5;

/** An operation of two operands, of which a vector that meets many axes is given as many. */
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
