import { Max, Min, type NamedAttrMap, type NamedTensorInfoMap, type Tensor, type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';
import { reduction } from './reduction.js';
import type { WebGlBackend } from './shaders/backends.js';

/** `tf.max` and `tf.min`, which on webgl begin with ∓10²⁰ and so find nothing beyond it. */
export const maxKernel: Kernel = { name: Max, webgl: (inputs, attrs, backend) => onWebGl('>', inputs, attrs, backend) };
export const minKernel: Kernel = { name: Min, webgl: (inputs, attrs, backend) => onWebGl('<', inputs, attrs, backend) };

/** Above this a thread for every result takes longer than the stock kernel's tree. */
const LARGEST_COUNT = 4096;

function onWebGl(beats: string, inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGlBackend): TensorInfo | null {
  const x = inputs.x as Tensor;
  const { outer, count, shape, toRows } = reduction('max', x.shape, (attrs.axis ?? attrs.reductionIndices) as number[], attrs.keepDims as boolean);
  if (x.dtype !== 'float32' || outer === 0 || count === 0 || count > LARGEST_COUNT || backend.shouldExecuteOnCPU([x])) return null;
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
