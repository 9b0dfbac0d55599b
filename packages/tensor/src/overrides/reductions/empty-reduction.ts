import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { reduced } from './reduced-axes.js';
import type { GpuBackend } from '../../gpu/backends.js';

/**
 * A reduction of a tensor without a number, which the shaders of TensorFlow.js cannot run.
 *
 * @param result what no number at all makes, as 0 for a sum
 * @returns a kernel that gives null wherever there is something to reduce
 */
export function overNothing(
  result: number,
): (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: GpuBackend) => TensorInfo | null {
  return (inputs, attrs, backend) => {
    const x = inputs.x as TensorInfo;
    if (util.sizeFromShape(x.shape) > 0) return null;
    const { shape } = reduced(x, attrs);
    const values = util.makeZerosTypedArray(util.sizeFromShape(shape), x.dtype) as Float32Array;
    return backend.makeTensorInfo(shape, x.dtype, values.fill(result));
  };
}
