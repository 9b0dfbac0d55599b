import { EluGrad, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { denseGradientKernel } from '../../kernels/product/linear-wasm.js';
import type { KernelOverride } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** The gradient of `tf.elu`, which the stock wasm kernel takes number by number. */
export const eluGradKernel: KernelOverride = { name: EluGrad, wasm: eluGradWasm };

/** Null for other types than float32, and without columns for the sums that dense layers need as well. */
function eluGradWasm(inputs: NamedTensorInfoMap, _: unknown, wasm: WasmModule): TensorInfo | null {
  const { dy, y } = inputs as { dy: TensorInfo; y: TensorInfo };
  if (dy.dtype !== 'float32' || y.dtype !== 'float32' || y.shape.length === 0 || y.shape.includes(0)) return null;
  const [gradient, sums] = denseGradientKernel.wasm({ dy, y }, { activation: 'elu' }, wasm);
  wasm.dispose(sums);
  return { ...gradient, shape: y.shape };
}
