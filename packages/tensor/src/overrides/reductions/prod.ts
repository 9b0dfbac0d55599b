import { fill, type NamedAttrMap, type NamedTensorInfoMap, Prod, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { KernelOverride, StockKernel } from '../../registry/kernel-override.js';
import { sequentialReduction } from './sequential-webgpu.js';
import { reducedAxes } from './reduced-axes.js';

/** `tf.prod`, overridden for empty tensors, where it is 1, and on webgpu for few elements. */
export const prodKernel: KernelOverride = {
  name: Prod,
  reference: prod,
  webgpu: sequentialReduction({ name: Prod, empty: 1, combine: 'found * next' }),
};

function prod(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, stock: StockKernel): TensorInfo | TensorInfo[] {
  const x = inputs.x as TensorInfo;
  if (util.sizeFromShape(x.shape) > 0) return stock(inputs, attrs);
  return fill(reducedAxes(x, attrs).shape, 1, x.dtype as 'float32');
}
