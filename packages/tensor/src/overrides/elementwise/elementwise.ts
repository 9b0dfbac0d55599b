import {
  Asinh,
  Atanh,
  ClipByValue,
  Cosh,
  Elu,
  env,
  Exp,
  Expm1,
  LeakyRelu,
  Log,
  Log1p,
  type NamedTensorInfoMap,
  Relu,
  Sigmoid,
  Sinh,
  Softplus,
  Tanh,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import type { WebGlBackend, WebGpuBackend } from '../../gpu/backends.js';
import { elementwiseWgsl } from './shaders.generated.js';
import { GLSL_MATH } from '../../gpu/math.js';
import { mathWgsl } from '../../gpu/shaders.generated.js';

const NAMES = [Asinh, Atanh, Cosh, Elu, Exp, Expm1, Log, Log1p, Relu, Sigmoid, Sinh, Softplus, Tanh];

/** Exponentials and logarithms, which GPUs compute inaccurately, and what makes NaN of an infinity. */
export const elementwiseKernels: readonly KernelOverride[] = NAMES.map((name) => ({
  name,
  webgpu: (inputs, _, backend) => onWebGpu(name, inputs, backend),
  webgl: (inputs, _, backend) => onWebGl(name, inputs, backend),
}));

/** Null for other types than float32, and for what is computed on the CPU. */
function onWebGpu(name: string, inputs: NamedTensorInfoMap, backend: WebGpuBackend): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  return x.dtype !== 'float32' || backend.shouldExecuteOnCPU([x])
    ? null
    : applyByWebGpu(backend, x, mathWgsl, `exact${name}`);
}

/**
 * Applies a function of WGSL to every number; the result is float32, whatever they are.
 *
 * @param code declares the function
 * @param name of the function
 */
export function applyByWebGpu(backend: WebGpuBackend, x: TensorInfo, code: string, name: string): TensorInfo {
  const workgroupSize = 128;
  const program = {
    variableNames: ['A'],
    size: true,
    outputShape: x.shape,
    dispatchLayout: { x: x.shape.map((_, axis) => axis) },
    dispatch: [Math.ceil(util.sizeFromShape(x.shape) / workgroupSize), 1, 1] as [number, number, number],
    workgroupSize: [workgroupSize, 1, 1] as [number, number, number],
    shaderKey: name,
    getUserCode: () => `${code}\nfn apply(x : f32) -> f32 { return ${name}(x); }\n${elementwiseWgsl}`,
  };
  return backend.runWebGPUProgram(program, [x], 'float32');
}

function onWebGl(name: string, inputs: NamedTensorInfoMap, backend: WebGlBackend): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  if (x.dtype !== 'float32' || isFirstWebGl() || backend.shouldExecuteOnCPU([x])) return null;
  return applyByWebGl(backend, x, GLSL_MATH, `exact${name}`);
}

/** Applies a function of GLSL to every number. */
function applyByWebGl(backend: WebGlBackend, x: TensorInfo, code: string, f: string): TensorInfo {
  const program = {
    variableNames: ['A'],
    packedInputs: true,
    packedOutput: true,
    outputShape: x.shape,
    userCode: `
      ${code}
      void main() {
        vec4 x = getAAtOutCoords();
        setOutput(vec4(${f}(x.r), ${f}(x.g), ${f}(x.b), ${f}(x.a)));
      }`,
  };
  return backend.runWebGLProgram(program, [x], 'float32');
}

/** `tf.clipByValue`, which on webgl leaves four numbers as they are where one of them is NaN. */
export const clipKernel: KernelOverride = {
  name: ClipByValue,
  webgl: (inputs, { clipValueMin, clipValueMax }, backend) => {
    const x = inputs.x as TensorInfo;
    if (x.dtype !== 'float32' || isFirstWebGl() || backend.shouldExecuteOnCPU([x])) return null;
    const [low, high] = new Int32Array(Float32Array.of(clipValueMin as number, clipValueMax as number).buffer);
    const [least, most] = [`intBitsToFloat(${low})`, `intBitsToFloat(${high})`];
    return applyByWebGl(
      backend,
      x,
      `float clip(float x) { return x < ${least} ? ${least} : x > ${most} ? ${most} : x; }`,
      'clip',
    );
  },
};

/** `tf.leakyRelu`, which on webgl makes NaN of an infinity. */
export const leakyReluKernel: KernelOverride = {
  name: LeakyRelu,
  webgl: (inputs, { alpha }, backend) => {
    const x = inputs.x as TensorInfo;
    if (x.dtype !== 'float32' || isFirstWebGl() || backend.shouldExecuteOnCPU([x])) return null;
    const [bits] = new Int32Array(Float32Array.of(alpha as number).buffer);
    return applyByWebGl(
      backend,
      x,
      `float leaky(float x) { return x < 0.0 ? intBitsToFloat(${bits}) * x : x; }`,
      'leaky',
    );
  },
};

/** WebGL 1 cannot get at the bits of a number. */
function isFirstWebGl(): boolean {
  return env().getNumber('WEBGL_VERSION') < 2;
}
