import {
  div,
  Mean,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  reshape,
  Sum,
  type Tensor,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { broadcastTo } from '../../arrays/broadcast-to.js';
import type { KernelOverride } from '../../registry/kernel-override.js';
import { emptyReduction } from './empty-reduction.js';
import { sequentialReduction } from './sequential-webgpu.js';
import { reducedAxes } from './reduced-axes.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

// The stock gradients make a tensor of ones in JavaScript, for each number that was added up, to multiply it.

/**
 * `tf.sum`, and with it the gradient of every bias.
 *
 * **Numerics**: added up in float64, where the stock wasm kernel has one float32 accumulator and leaves an empty sum unwritten.
 */
export const sumKernel: KernelOverride = {
  name: Sum,
  gradient: {
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({ x: () => spread(dy as Tensor, x, attrs) }),
  },
  wasm: sumWasm,
  webgpu: sequentialReduction({ name: Sum, empty: 0, combine: 'found + next' }),
  webgl: emptyReduction(0),
};

/** The mean, overridden for empty tensors, where it is NaN, and on webgpu for few elements. */
export const meanKernel: KernelOverride = {
  name: Mean,
  gradient: {
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const ofMean = dy as Tensor;
      return { x: () => spread(div(ofMean, x.size / ofMean.size), x, attrs) };
    },
  },
  webgpu: sequentialReduction({
    name: Mean,
    empty: Number.NaN,
    combine: 'found + next',
    result: 'found / f32(uniforms.count)',
  }),
  webgl: emptyReduction(Number.NaN),
};

/** Repeats a sum for each number of `x` that was added up. */
function spread(ofSum: Tensor, x: Tensor, attrs: NamedAttrMap): Tensor {
  const { shape } = reducedAxes(x, { ...attrs, keepDims: true });
  return broadcastTo(reshape(ofSum, shape), x.shape);
}

/** Null for other types than float32, and for axes that do not lie side by side. */
function sumWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  const { axes, shape } = reducedAxes(x, attrs);
  const [first, end] = axes.length === 0 ? [0, 0] : [axes[0], axes[0] + axes.length];
  if (x.dtype !== 'float32' || (axes.length > 0 && axes.at(-1) !== end - 1)) return null;

  const result = wasm.output(shape);
  const [outer, count, inner] = [x.shape.slice(0, first), x.shape.slice(first, end), x.shape.slice(end)].map(
    util.sizeFromShape,
  );
  wasm.functions.sum(wasm.address(x), wasm.address(result), outer, count, inner, wasm.scratch(8 * inner));
  return result;
}
