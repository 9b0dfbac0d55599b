import { Cumsum, type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';
import type { Uniform, WebGpuBackend } from './shaders/backends.js';

/** `tf.cumsum`; the stock kernel on webgpu reads what it has not written where sums are exclusive, reversed or long. */
export const cumsumKernel: Kernel = { name: Cumsum, webgpu: onWebGpu };

const THREADS = 64;

/** A thread for each sequence of numbers. */
const CODE = `
  fn main(index : i32) {
    let count = uniforms.count;
    if (count == 0 || index >= uniforms.size / count) { return; }
    let first = index / uniforms.inner * count * uniforms.inner + index % uniforms.inner;
    var total = 0.0;
    for (var i = 0; i < count; i++) {
      let at = first + select(i, count - 1 - i, uniforms.isReverse == 1) * uniforms.inner;
      let before = total;
      total += A[at];
      result[at] = select(total, before, uniforms.isExclusive == 1);
    }
  }
`;

function onWebGpu(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGpuBackend): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  if (x.dtype !== 'float32' || backend.shouldExecuteOnCPU([x])) return null;
  const { axis, exclusive, reverse } = attrs as { axis: number; exclusive: boolean; reverse: boolean };
  const size = util.sizeFromShape(x.shape);
  const count = x.shape[axis] ?? 1;
  const data = [count, util.sizeFromShape(x.shape.slice(axis + 1)), exclusive ? 1 : 0, reverse ? 1 : 0];
  const program = {
    variableNames: ['A'],
    outputShape: [size],
    size: true,
    uniforms: 'count : i32, inner : i32, isExclusive : i32, isReverse : i32,',
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(size / Math.max(1, count) / THREADS), 1, 1] as [number, number, number],
    workgroupSize: [THREADS, 1, 1] as [number, number, number],
    shaderKey: 'cumulativeSum',
    getUserCode: () => CODE,
  };
  const flat = { dataId: x.dataId, dtype: x.dtype, shape: [size] };
  const { dataId, dtype } = backend.runWebGPUProgram(program, [flat], 'float32', data.map((number): Uniform => ({ type: 'int32', data: [number] })));
  return { dataId, dtype, shape: x.shape };
}
