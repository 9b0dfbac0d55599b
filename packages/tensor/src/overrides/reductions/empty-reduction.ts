import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { reducedAxes } from './reduced-axes.js';
import type { GpuBackend } from '../../gpu/backends.js';

/**
 * A reduction over an empty axis, which the shaders of TensorFlow.js cannot run.
 *
 * @param result of an empty reduction, as 0 for a sum
 * @returns a kernel that gives null if the tensor has elements
 */
export function emptyReduction(
  result: number,
): (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: GpuBackend) => TensorInfo | null {
  return (inputs, attrs, backend) => {
    const x = inputs.x as TensorInfo;
    if (util.sizeFromShape(x.shape) > 0) return null;
    const { shape } = reducedAxes(x, attrs);
    const values = util.makeZerosTypedArray(util.sizeFromShape(shape), x.dtype) as Float32Array;
    return backend.makeTensorInfo(shape, x.dtype, values.fill(result));
  };
}
