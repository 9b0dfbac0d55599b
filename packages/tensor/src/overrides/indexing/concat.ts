import {
  backend_util,
  Concat,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  Pack,
  type TensorInfo,
  util,
  zeros,
} from '@tensorflow/tfjs-core';
import type { KernelOverride, StockKernel } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

// The stock wasm kernels copy row by row in JavaScript, which is slow where rows are short.

/** `tf.concat`. The stock cpu kernel gives a tensor without numbers a plain array, of which nothing can be sliced. */
export const concatKernel: KernelOverride = { name: Concat, reference: concatOrNothing, wasm: concatWasm };

/** `tf.stack`. */
export const packKernel: KernelOverride = { name: Pack, wasm: packWasm };

function concatOrNothing(
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap,
  stock: StockKernel,
): TensorInfo | TensorInfo[] {
  const [first, ...rest] = Object.values(inputs) as TensorInfo[];
  const [axis] = util.parseAxisParam(attrs.axis as number, first.shape);
  const shape = backend_util.computeOutShape(
    [first, ...rest].map((part) => part.shape),
    axis,
  );
  if (first.dtype === 'string' || util.sizeFromShape(shape) > 0) return stock(inputs, attrs);
  return zeros(shape, first.dtype);
}

function concatWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const parts = Object.values(inputs) as TensorInfo[];
  const [axis] = util.parseAxisParam(attrs.axis as number, parts[0].shape);
  const shapes = parts.map(({ shape }) => shape);
  backend_util.assertParamsConsistent(shapes, axis);
  return join(
    parts,
    util.sizeFromShape(parts[0].shape.slice(0, axis)),
    backend_util.computeOutShape(shapes, axis),
    wasm,
  );
}

function packWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const parts = Object.values(inputs) as TensorInfo[];
  const { shape } = parts[0];
  for (const part of parts) util.assertShapesMatch(shape, part.shape, 'stack: tensors must have one shape: ');
  const [axis] = util.parseAxisParam(attrs.axis as number, [...shape, parts.length]);
  return join(parts, util.sizeFromShape(shape.slice(0, axis)), shape.toSpliced(axis, 0, parts.length), wasm);
}

/** The parts as matrices of `rows` rows, side by side. */
function join(parts: TensorInfo[], rows: number, shape: number[], wasm: WasmModule): TensorInfo | null {
  const { dtype } = parts[0];
  if (!parts.every((part) => part.dtype === dtype && wasm.holds(part))) return null;
  const whole = wasm.output(shape, dtype);
  if (rows === 0) return whole;
  const stride = (4 * util.sizeFromShape(shape)) / rows;
  let target = wasm.address(whole);
  for (const part of parts) {
    const count = util.sizeFromShape(part.shape) / rows;
    wasm.functions.copyRows(target, stride, wasm.address(part), 4 * count, rows, count);
    target += 4 * count;
  }
  return whole;
}
