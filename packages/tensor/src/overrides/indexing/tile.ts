import {
  type NamedAttrMap,
  type NamedTensorInfoMap,
  reshape,
  type Tensor,
  type TensorInfo,
  Tile,
  tidy,
  tile,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelOverride, StockKernel } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * `tf.tile`, and with it `tf.broadcastTo`. The stock wasm kernel finds the place of each number by dividing, and the stock webgpu kernel reads tensors of five axes
 * and more back to the host, which it cannot in Node.
 */
export const tileKernel: KernelOverride = { name: Tile, reference: tileJoined, wasm: tileWasm };

/** The lowest rank whose data the stock webgpu kernel reads back. */
const FIRST_RANK_ON_HOST = 5;

interface Axis {
  size: number;
  repeats: number;
}

/** From five axes on, of axes as few as can be. */
function tileJoined(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, stock: StockKernel): TensorInfo | TensorInfo[] {
  const x = inputs.x as Tensor;
  const reps = attrs.reps as number[];
  const axes = axesOf(x, reps);
  if (x.rank < FIRST_RANK_ON_HOST || axes.length === x.rank) return stock(inputs, attrs);
  return tidy(() => {
    const joined = reshape(
      x,
      axes.map(({ size }) => size),
    );
    const tiled = tile(
      joined,
      axes.map(({ repeats }) => repeats),
    );
    return reshape(
      tiled,
      x.shape.map((size, axis) => size * reps[axis]),
    );
  });
}

/** Null for other types than those of 4 bytes, and for axes to repeat that do not count as one. */
function tileWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  if (!wasm.holds(x)) return null;
  const repeats = attrs.reps as number[];
  const axes = axesOf(x, repeats);
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

/** The axes of a tensor; side by side, those that are not repeated count as one, and so do those of one number. */
function axesOf({ shape }: TensorInfo, repeats: readonly number[]): Axis[] {
  const joined: Axis[] = [];
  for (const [i, size] of shape.entries()) {
    const axis = { size, repeats: repeats[i] };
    const last = joined.at(-1);
    if (last && ((last.repeats === 1 && axis.repeats === 1) || (last.size === 1 && axis.size === 1))) {
      last.size *= axis.size;
      last.repeats *= axis.repeats;
    } else joined.push(axis);
  }
  return joined;
}
