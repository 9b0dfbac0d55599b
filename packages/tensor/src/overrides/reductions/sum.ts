import { Mean, type NamedAttrMap, type NamedTensorInfoMap, Sum, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import { emptyReduction } from './empty-reduction.js';
import { sequentialReduction } from './sequential-webgpu.js';
import { reducedAxes } from './reduced-axes.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * `tf.sum`, and with it the gradient of every bias.
 *
 * **Numerics**: added up in float64, where the stock wasm kernel has one float32 accumulator and leaves an empty sum unwritten.
 */
export const sumKernel: KernelOverride = {
  name: Sum,
  wasm: sumWasm,
  webgpu: sequentialReduction({ name: Sum, empty: 0, combine: 'found + next' }),
  webgl: emptyReduction(0),
};

/** The mean, overridden for empty tensors, where it is NaN, and on webgpu for few elements. */
export const meanKernel: KernelOverride = {
  name: Mean,
  webgpu: sequentialReduction({
    name: Mean,
    empty: Number.NaN,
    combine: 'found + next',
    result: 'found / f32(uniforms.count)',
  }),
  webgl: emptyReduction(Number.NaN),
};

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
