import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, Tile, util } from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** `tf.tile`, and with it `tf.broadcastTo`; the stock wasm kernel finds the place of each number by dividing. */
export const tileKernel: KernelOverride = { name: Tile, wasm: tileWasm };

interface Axis {
  size: number;
  repeats: number;
}

/** Null for other types than those of 4 bytes, and for axes to repeat that do not count as one. */
function tileWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  if (!wasm.holds(x)) return null;
  const repeats = attrs.reps as number[];
  const axes = joinAxes(x.shape.map((size, axis) => ({ size, repeats: repeats[axis] })));
  if (axes.filter((axis) => axis.repeats !== 1).length > 1) return null;

  const result = wasm.output(
    x.shape.map((size, axis) => size * repeats[axis]),
    x.dtype,
  );
  if (util.sizeFromShape(result.shape) === 0) return result;
  const at = Math.max(
    axes.findIndex((axis) => axis.repeats !== 1),
    0,
  );
  const sizes = axes.map((axis) => axis.size);
  wasm.functions.repeatBlocks(
    wasm.address(result),
    wasm.address(x),
    util.sizeFromShape(sizes.slice(0, at)),
    util.sizeFromShape(sizes.slice(at)),
    axes[at]?.repeats ?? 1,
  );
  return result;
}

/** Axes of one number that lie side by side count as one. */
function joinAxes(axes: readonly Axis[]): Axis[] {
  const joined: Axis[] = [];
  for (const axis of axes) {
    const last = joined.at(-1);
    if (last?.size === 1 && axis.size === 1) last.repeats *= axis.repeats;
    else joined.push({ ...axis });
  }
  return joined;
}
