import {
  Asinh,
  Atanh,
  Cosh,
  Elu,
  env,
  Exp,
  Expm1,
  Log,
  Log1p,
  type NamedTensorInfoMap,
  Sigmoid,
  Sinh,
  Softplus,
  Tanh,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';
import type { WebGlBackend, WebGpuBackend } from './shaders/backends.js';
import { GLSL_MATH, WGSL_MATH } from './shaders/math.js';

const NAMES = [Asinh, Atanh, Cosh, Elu, Exp, Expm1, Log, Log1p, Sigmoid, Sinh, Softplus, Tanh];

/** Exponentials and logarithms, which GPUs compute inaccurately. */
export const elementwiseKernels: readonly Kernel[] = NAMES.map((name) => ({
  name,
  webgpu: (inputs, _, backend) => onWebGpu(name, inputs, backend),
  webgl: (inputs, _, backend) => onWebGl(name, inputs, backend),
}));

/** Null for other types than float32, and for what is computed on the CPU. */
function onWebGpu(name: string, inputs: NamedTensorInfoMap, backend: WebGpuBackend): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  if (x.dtype !== 'float32' || backend.shouldExecuteOnCPU([x])) return null;
  const workgroupSize = 128;
  const program = {
    variableNames: ['A'],
    size: true,
    outputShape: x.shape,
    dispatchLayout: { x: x.shape.map((_, axis) => axis) },
    dispatch: [Math.ceil(util.sizeFromShape(x.shape) / workgroupSize), 1, 1] as [number, number, number],
    workgroupSize: [workgroupSize, 1, 1] as [number, number, number],
    shaderKey: `exact${name}`,
    getUserCode: () => `
      ${WGSL_MATH}
      fn main(index : i32) {
        if (index < uniforms.size) { setOutputAtIndex(index, exact${name}(getAByOutputIndex(index))); }
      }`,
  };
  return backend.runWebGPUProgram(program, [x], 'float32');
}

function onWebGl(name: string, inputs: NamedTensorInfoMap, backend: WebGlBackend): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  // WebGL 1 cannot get at the bits of a number.
  if (x.dtype !== 'float32' || env().getNumber('WEBGL_VERSION') < 2 || backend.shouldExecuteOnCPU([x])) return null;
  const f = `exact${name}`;
  const program = {
    variableNames: ['A'],
    packedInputs: true,
    packedOutput: true,
    outputShape: x.shape,
    userCode: `
      ${GLSL_MATH}
      void main() {
        vec4 x = getAAtOutCoords();
        setOutput(vec4(${f}(x.r), ${f}(x.g), ${f}(x.b), ${f}(x.a)));
      }`,
  };
  return backend.runWebGLProgram(program, [x], 'float32');
}
