import {
  expandDims,
  greater,
  greaterEqual,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  SearchSorted,
  sum,
  type Tensor,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';
import type { CustomKernel } from '../../registry/kernel-override.js';

/** `tf.searchSorted`, which the tensorflow backend lacks. */
export const searchSortedKernel: CustomKernel = { name: SearchSorted, reference: countBelow };

/** The place of a value is the number of entries below it (left), or not above it (right). */
function countBelow(inputs: NamedTensorInfoMap, { side }: NamedAttrMap): TensorInfo {
  const { sortedSequence, values } = inputs as { sortedSequence: Tensor; values: Tensor };
  const isBelow = side === 'left' ? greater : greaterEqual;
  return tidy(() => sum(isBelow(expandDims(values, -1), expandDims(sortedSequence, -2)), -1));
}
