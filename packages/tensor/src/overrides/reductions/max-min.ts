import {
  Max,
  Min,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
  tidy,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import { emptyReduction } from './empty-reduction.js';
import { sequentialReduction } from './sequential-webgpu.js';
import { reduction } from '../../arrays/reduction-axes.js';
import type { WebGlBackend } from '../../gpu/backends.js';

/**
 * `tf.max` and `tf.min`: the stock kernels fail on GPUs for empty tensors, and on webgl start from ∓10²⁰, so that they miss values beyond it.
 */
export const maxKernel = extreme(Max, '>', -Infinity);
export const minKernel = extreme(Min, '<', Infinity);

function extreme(name: string, beats: string, empty: number): KernelOverride {
  const ofNone = emptyReduction(empty);
  return {
    name,
    // NaN beats every number.
    webgpu: sequentialReduction({ name, empty, combine: `select(found, next, isnan(next) || next ${beats} found)` }),
    webgl: (inputs, attrs, backend) => ofNone(inputs, attrs, backend) ?? onWebGl(beats, inputs, attrs, backend),
  };
}

/** Above this a thread for every result takes longer than the stock kernel's tree. */
const LARGEST_COUNT = 4096;

function onWebGl(
  beats: string,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap,
  backend: WebGlBackend,
): TensorInfo | null {
  const x = inputs.x as Tensor;
  const axes = util.parseAxisParam((attrs.axis ?? attrs.reductionIndices) as number[], x.shape);
  const { outer, count, shape, toRows } = reduction('max', x.shape, axes, attrs.keepDims as boolean);
  if (x.dtype !== 'float32' || count > LARGEST_COUNT || backend.shouldExecuteOnCPU([x])) return null;
  const program = {
    variableNames: ['A'],
    packedInputs: false,
    packedOutput: false,
    outputShape: [outer],
    // NaN beats every number.
    userCode: `
      void main() {
        int row = getOutputCoords();
        float best = getA(row, 0);
        for (int i = 1; i < ${count}; i++) {
          float value = getA(row, i);
          if (isnan(value) || value ${beats} best) { best = value; }
          if (isnan(best)) { break; }
        }
        setOutput(best);
      }`,
  };
  const rows = tidy(() => toRows(x));
  const { dataId, dtype } = backend.runWebGLProgram(program, [rows], 'float32');
  rows.dispose();
  return { dataId, dtype, shape };
}
