import { backend_util, type NamedAttrMap, type TensorInfo, util } from '@tensorflow/tfjs-core';

/** The axes that a kernel of TensorFlow.js is told to reduce, in ascending order, and the shape of its result. */
export function reducedAxes(
  { shape }: TensorInfo,
  { axis, reductionIndices, keepDims }: NamedAttrMap,
): { axes: number[]; shape: number[] } {
  const axes = util.parseAxisParam((axis ?? reductionIndices) as number[], shape).toSorted((a, b) => a - b);
  const [rest] = backend_util.computeOutAndReduceShapes(shape, axes);
  return { axes, shape: keepDims ? backend_util.expandShapeToKeepDim(rest, axes) : rest };
}
