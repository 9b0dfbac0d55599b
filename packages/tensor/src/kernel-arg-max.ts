import { ArgMax, backend_util, type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Kernel, StockKernel } from './kernel.js';

/** `tf.argMax`, which on webgpu gives a scalar the shape `[1]`. */
export const argMaxKernel: Kernel = { name: ArgMax, reference: argMax };

function argMax(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, stock: StockKernel): TensorInfo {
  const { shape } = inputs.x as TensorInfo;
  const [outShape] = backend_util.computeOutAndReduceShapes(shape, util.parseAxisParam(attrs.axis as number, shape));
  const { dataId, dtype } = stock(inputs, attrs) as TensorInfo;
  return { dataId, dtype, shape: outShape };
}
