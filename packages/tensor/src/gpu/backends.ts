import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** The part of TensorFlow.js's GPU backends that kernels use here. */
export interface GpuBackend {
  /** Whether TensorFlow.js would rather compute with these tensors, small and not uploaded yet, in JavaScript. */
  shouldExecuteOnCPU(inputs: TensorInfo[]): boolean;
  makeTensorInfo(shape: number[], dtype: DataType, values?: Float32Array | Int32Array): TensorInfo;
  disposeData(dataId: TensorInfo['dataId']): boolean;
}

export interface WebGpuBackend extends GpuBackend {
  runWebGPUProgram(program: WebGpuProgram, inputs: TensorInfo[], dtype: DataType, uniforms?: Uniform[]): TensorInfo;
}

export interface Uniform {
  readonly type: 'int32' | 'float32';
  readonly data: number[];
}

/** A compute shader with one result. */
interface WebGpuProgram {
  /** The inputs' names in the shader; the result's is `result`. */
  readonly variableNames: string[];
  /** Declarations of the fields of `uniforms`. */
  readonly uniforms?: string;
  /** Whether `uniforms` has the result's size. */
  readonly size?: boolean;
  readonly outputShape: number[];
  /** The axes of the result that the workgroups count through. */
  readonly dispatchLayout: { x: number[] };
  readonly dispatch: [number, number, number];
  readonly workgroupSize: [number, number, number];
  /** Programs of one key are one shader. */
  readonly shaderKey: string;
  getUserCode(): string;
}

export interface WebGlBackend extends GpuBackend {
  runWebGLProgram(program: WebGlProgram, inputs: TensorInfo[], dtype: DataType): TensorInfo;
}

/** A fragment shader. */
interface WebGlProgram {
  readonly variableNames: string[];
  /** Whether a texel is four numbers. */
  readonly packedInputs: boolean;
  readonly packedOutput: boolean;
  readonly outputShape: number[];
  readonly userCode: string;
}
