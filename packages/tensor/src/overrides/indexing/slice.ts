import {
  backend_util,
  concat,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  Slice,
  slice_util,
  SplitV,
  stack,
  type TensorInfo,
  Unpack,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

// The stock wasm kernels copy the whole input into JavaScript before they take a slice from it.

/** `tf.slice`; slices along more than one axis are left to the stock kernel. */
export const sliceKernel: KernelOverride = { name: Slice, wasm: sliceWasm };

/** `tf.split`, with a gradient for a single part too, where TensorFlow.js expects a list of them. */
export const splitKernel: KernelOverride = {
  name: SplitV,
  gradient: { gradFunc: (dy, _, { axis }) => ({ x: () => concat([dy].flat(), axis as number) }) },
  wasm: splitWasm,
};

/** `tf.unstack`, with a gradient for a single part too. */
export const unpackKernel: KernelOverride = {
  name: Unpack,
  gradient: { gradFunc: (dy, _, { axis }) => ({ value: () => stack([dy].flat(), axis as number) }) },
  wasm: unpackWasm,
};

function sliceWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  const [begin, size] = slice_util.parseSliceParams(x, attrs.begin as number[], attrs.size as number[]);
  slice_util.assertParamsValid(x, begin, size);
  const cutAxes = x.shape.flatMap((length, axis) => (size[axis] === length ? [] : [axis]));
  if (!wasm.holds(x) || cutAxes.length > 1) return null;
  const axis = cutAxes[0] ?? 0;
  return cut(x, axis, begin[axis], size[axis], size, wasm);
}

function splitWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] | null {
  const x = inputs.x as TensorInfo;
  if (!wasm.holds(x)) return null;
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
  let begin = 0;
  return backend_util.prepareSplitSize(x, attrs.numOrSizeSplits as number[] | number, axis).map((size) => {
    const part = cut(x, axis, begin, size, x.shape.with(axis, size), wasm);
    begin += size;
    return part;
  });
}

function unpackWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] | null {
  const x = inputs.value as TensorInfo;
  if (!wasm.holds(x)) return null;
  const [axis] = util.parseAxisParam(attrs.axis as number, x.shape);
  const shape = x.shape.toSpliced(axis, 1);
  return Array.from({ length: x.shape[axis] }, (_, i) => cut(x, axis, i, 1, shape, wasm));
}

/** The part of `x` from `begin` to `begin + size` along one axis, in the given shape. */
function cut(x: TensorInfo, axis: number, begin: number, size: number, shape: number[], wasm: WasmModule): TensorInfo {
  const rows = util.sizeFromShape(x.shape.slice(0, axis));
  const inner = util.sizeFromShape(x.shape.slice(axis + 1));
  const part = wasm.output(shape, x.dtype);
  wasm.functions.copyRows(
    wasm.address(part),
    4 * size * inner,
    wasm.address(x) + 4 * begin * inner,
    4 * x.shape[axis] * inner,
    rows,
    size * inner,
  );
  return part;
}
