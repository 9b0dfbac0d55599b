import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Uniform, WebGpuBackend } from './backends.js';

const WORKGROUP = 64;

/** A compute shader of threads that know nothing of each other. */
export interface Threads {
  /** Programs of one name are one shader. */
  readonly name: string;
  /** `fn main(index : i32)` of a thread; `result` and the inputs are flat, and `uniforms.size` is the result's. */
  readonly code: string;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** Of the result, which is float32. */
  readonly shape: number[];
  /** Default: one for each number of the result. */
  readonly threads?: number;
  /** Further uniforms. */
  readonly integers: Readonly<Record<string, number>>;
}

export function runThreads(
  backend: WebGpuBackend,
  { name, code, inputs, shape, threads, integers }: Threads,
): TensorInfo {
  const size = util.sizeFromShape(shape);
  const program = {
    variableNames: Object.keys(inputs),
    outputShape: [size],
    size: true,
    uniforms: Object.keys(integers)
      .map((key) => `${key} : i32,`)
      .join(' '),
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil((threads ?? size) / WORKGROUP), 1, 1] as [number, number, number],
    workgroupSize: [WORKGROUP, 1, 1] as [number, number, number],
    shaderKey: name,
    getUserCode: () => code,
  };
  const flat = Object.values(inputs).map((x) => ({
    dataId: x.dataId,
    dtype: x.dtype,
    shape: [util.sizeFromShape(x.shape)],
  }));
  const data = Object.values(integers).map((number): Uniform => ({ type: 'int32', data: [number] }));
  const { dataId, dtype } = backend.runWebGPUProgram(program, flat, 'float32', data);
  return { dataId, dtype, shape };
}
