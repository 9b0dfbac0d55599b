import { GatherV2, type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** `tf.gather`. The stock wasm kernel finds the place of each number by dividing, and that of TensorFlow's own library knows no negative axis. */
export const gatherKernel: KernelOverride = {
  name: GatherV2,
  reference: (inputs, attrs, stock) => stock(inputs, { ...attrs, axis: axisOf(inputs.x as TensorInfo, attrs) }),
  wasm: gatherWasm,
};

function axisOf(x: TensorInfo, attrs: NamedAttrMap): number {
  return util.parseAxisParam(attrs.axis as number, x.shape)[0];
}

/** Null for other types than those of 4 bytes, and where each batch has indices of its own. */
function gatherWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const [x, indices] = [inputs.x, inputs.indices] as TensorInfo[];
  if (attrs.batchDims || !wasm.holds(x) || indices.dtype !== 'int32') return null;
  const axis = axisOf(x, attrs);
  const [outer, inner] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const result = wasm.output([...outer, ...indices.shape, ...inner], x.dtype);
  const chosen = util.sizeFromShape(indices.shape);
  const at = wasm.address(indices);
  checkIndices(wasm.memory.int32.subarray(at / 4, at / 4 + chosen), x.shape[axis]);
  wasm.functions.gatherBlocks(
    wasm.address(result),
    wasm.address(x),
    at,
    util.sizeFromShape(outer),
    x.shape[axis],
    chosen,
    util.sizeFromShape(inner),
  );
  return result;
}

/** Throws, as the stock kernel does, unless every index is a place of an axis. */
function checkIndices(indices: Int32Array, size: number): void {
  const wrong = indices.find((index) => index < 0 || index >= size);
  if (wrong !== undefined) throw new Error(`GatherV2: the index value ${wrong} is not in [0, ${size - 1}]`);
}
