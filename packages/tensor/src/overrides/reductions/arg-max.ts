import {
  ArgMax,
  backend_util,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelOverride, StockKernel } from '../../registry/kernel-override.js';

/** `tf.argMax`, which on webgpu gives a scalar the shape `[1]`. */
export const argMaxKernel: KernelOverride = { name: ArgMax, reference: argMax };

function argMax(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, stock: StockKernel): TensorInfo {
  const { shape } = inputs.x as TensorInfo;
  const [outShape] = backend_util.computeOutAndReduceShapes(shape, util.parseAxisParam(attrs.axis as number, shape));
  const result = stock(inputs, attrs) as TensorInfo;
  // A right result is returned as it is: some backends give a tensor that its scope would dispose of.
  return util.arraysEqual(result.shape, outShape)
    ? result
    : { dataId: result.dataId, dtype: result.dtype, shape: outShape };
}
