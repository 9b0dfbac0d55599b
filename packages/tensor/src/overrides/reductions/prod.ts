import { fill, type NamedAttrMap, type NamedTensorInfoMap, Prod, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { KernelOverride, StockKernel } from '../../registry/kernel-override.js';
import { reduceByWebGpu } from './sequential-webgpu.js';
import { reduced } from './reduced-axes.js';

/** `tf.prod`, of which only that of no numbers, 1, is ours, and on webgpu that of few. */
export const prodKernel: KernelOverride = {
  name: Prod,
  reference: prod,
  webgpu: reduceByWebGpu({ name: Prod, ofNothing: 1, step: 'found * next' }),
};

function prod(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, stock: StockKernel): TensorInfo | TensorInfo[] {
  const x = inputs.x as TensorInfo;
  if (util.sizeFromShape(x.shape) > 0) return stock(inputs, attrs);
  return fill(reduced(x, attrs).shape, 1, x.dtype as 'float32');
}
