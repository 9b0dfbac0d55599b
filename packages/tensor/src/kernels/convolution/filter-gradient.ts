import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { Arena } from '../../wasm/arena.js';
import { FilterGradientStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';
import type { ConvolutionAttrs } from './contract.js';
import type { ConvolutionWindow } from './window.js';

/**
 * The gradient of a convolution's filters. Inputs: the larger images `[images, height, width, channels]`, and the cotangent or the smaller images
 * `[images, rows, columns, filters]`. Output: `[filterHeight, filterWidth, channels, filters]`.
 */
export const filterGradientKernel = {
  name: 'FilterGradient',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [x, cotangent] = Object.values(inputs) as TensorInfo[];
    return [multiplyCotangent(wasm, x, cotangent, (attrs as unknown as ConvolutionAttrs).window)];
  },
};

/** So many tasks keep the threads of a machine busy; the sums do not depend on how many there are. */
const TASKS = 16;
/** Patches that are worth a chunk of their own. */
const LEAST_PATCHES = 512;

function multiplyCotangent(
  wasm: WasmModule,
  x: TensorInfo,
  cotangent: TensorInfo,
  window: ConvolutionWindow,
): TensorInfo {
  const { filters, filterHeight, filterWidth, channels, rows, columns } = window;
  const result = wasm.output([filterHeight, filterWidth, channels, filters]);
  const [images] = x.shape;
  const count = images * rows * columns;
  const size = filterHeight * filterWidth * channels;
  if (count * size * filters === 0) {
    wasm.clear(result);
    return result;
  }
  const wanted = Math.ceil(TASKS / wasm.functions.filterGradientParts(size));
  const chunkPatches = Math.ceil(count / Math.max(1, Math.min(wanted, Math.floor(count / LEAST_PATCHES))));
  const chunks = Math.ceil(count / chunkPatches);
  const scratchBytes = wasm.functions.filterGradientScratch(chunkPatches, size, filters);
  const chunkBytes = 4 * size * filters;
  const arena = new Arena();
  const struct = arena.reserve(FilterGradientStruct.bytes);
  const partial = arena.reserve(chunks > 1 ? chunks * chunkBytes : 0);
  const scratch = arena.reserve(wasm.threads * scratchBytes);
  const base = wasm.scratch(arena.bytes);
  const address = wasm.address(result);
  const patches = {
    images,
    height: window.height,
    width: window.width,
    channels,
    source: wasm.address(x),
    patchRows: rows,
    patchColumns: columns,
    filterHeight,
    filterWidth,
    stride: window.stride,
    top: window.top,
    left: window.left,
  };
  FilterGradientStruct.write(wasm.memory, base + struct, patches, {
    columns: filters,
    cotangent: wasm.address(cotangent),
    chunks,
    chunkPatches,
    results: chunks > 1 ? base + partial : address,
    scratch: base + scratch,
    scratchBytes,
  });
  wasm.functions.filterGradient(base + struct);
  if (chunks > 1) wasm.functions.sumChunks(address, base + partial, chunkBytes, chunks, size * filters);
  return result;
}
