import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { Arena } from '../../wasm/arena.js';
import { ConvolutionStruct, EpilogueStruct, type PatchesFields } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';
import { type Epilogue, writeEpilogue } from '../product/epilogue.js';
import type { ConvolutionAttrs } from './contract.js';

/**
 * A convolution. Inputs: images `[images, height, width, channels]`, filters, and the bias if there is one. Outputs: the result
 * `[images, rows, columns, filters]` and, for a gradient that does not follow from the result, the activation's input.
 */
export const convolutionKernel = {
  name: 'Convolution',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [x, filters, bias] = Object.values(inputs) as TensorInfo[];
    const { window } = attrs as unknown as ConvolutionAttrs;
    const { height, width, channels, rows, columns, filterHeight, filterWidth, stride, top, left } = window;
    const results = resultsOf([x.shape[0], rows, columns, window.filters], attrs, wasm);
    multiplyPatches(wasm, results, epilogueOf(results, bias, attrs), {
      filters: wasm.address(filters),
      patches: {
        images: x.shape[0],
        source: wasm.address(x),
        height,
        width,
        channels,
        patchRows: rows,
        patchColumns: columns,
        filterHeight,
        filterWidth,
        stride,
        top,
        left,
      },
      target: { targetTop: 0, targetLeft: 0, targetStride: 1 },
    });
    return results;
  },
};

/**
 * A transposed convolution, and so the gradient of a convolution's images. Inputs: images `[images, rows, columns, filters]`, the filters, and the bias if there
 * is one. Outputs: the result `[images, height, width, channels]`, and as of {@link convolutionKernel}.
 *
 * Pixels whose distance is a multiple of the stride are reached by the same pixels of the filters: they are a convolution with those, turned.
 */
export const transposedConvolutionKernel = {
  name: 'TransposedConvolution',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [x, filters, bias] = Object.values(inputs) as TensorInfo[];
    const { window } = attrs as unknown as ConvolutionAttrs;
    const { height, width, channels, rows, columns, filterHeight, filterWidth, stride, top, left } = window;
    const results = resultsOf([x.shape[0], height, width, channels], attrs, wasm);
    const epilogue = epilogueOf(results, bias, attrs);
    const across = phasesOf(width, filterWidth, stride, left);
    for (const down of phasesOf(height, filterHeight, stride, top)) {
      for (const right of across) {
        multiplyPatches(wasm, results, epilogue, {
          filters: (address) =>
            wasm.functions.turnFilters(
              address,
              wasm.address(filters),
              filterWidth,
              channels,
              window.filters,
              stride,
              down.filterStart,
              right.filterStart,
              down.filterPixels,
              right.filterPixels,
            ),
          patches: {
            images: x.shape[0],
            source: wasm.address(x),
            height: rows,
            width: columns,
            channels: window.filters,
            patchRows: down.pixels,
            patchColumns: right.pixels,
            filterHeight: down.filterPixels,
            filterWidth: right.filterPixels,
            stride: 1,
            top: down.outside,
            left: right.outside,
          },
          target: { targetTop: down.start, targetLeft: right.start, targetStride: stride },
        });
      }
    }
    return results;
  },
};

/** Along one axis, pixels whose distance is a multiple of the stride, and what of a filter reaches them. */
interface Phase {
  /** The first pixel, and how many there are. */
  readonly start: number;
  readonly pixels: number;
  /** The first pixel of the filter, and how many there are, `stride` apart. */
  readonly filterStart: number;
  readonly filterPixels: number;
  /** How many of the places that reach the first pixel lie before the first place of all. */
  readonly outside: number;
}

/** Pixel u is reached by pixel i of the filter at place p where stride · p + i − before = u. */
function phasesOf(size: number, filter: number, stride: number, before: number): Phase[] {
  const phases: Phase[] = [];
  for (let start = 0; start < Math.min(size, stride); start++) {
    const filterStart = (start + before) % stride;
    const filterPixels = Math.max(0, Math.ceil((filter - filterStart) / stride));
    phases.push({
      start,
      pixels: Math.ceil((size - start) / stride),
      filterStart,
      filterPixels,
      outside: filterPixels - 1 - (start + before - filterStart) / stride,
    });
  }
  return phases;
}

/** The result, and what the gradient of its activation needs. */
function resultsOf(shape: number[], attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const { activation, keep } = attrs as unknown as ConvolutionAttrs;
  const hasResidual = keep && (activation === 'silu' || activation === 'softplus');
  return hasResidual ? [wasm.output(shape), wasm.output(shape)] : [wasm.output(shape)];
}

function epilogueOf(
  [, residual]: TensorInfo[],
  bias: TensorInfo | undefined,
  attrs: NamedAttrMap,
): Epilogue | undefined {
  const { activation = 'linear' } = attrs as unknown as ConvolutionAttrs;
  return bias || activation !== 'linear' ? { bias, activation, residual } : undefined;
}

/** The arguments of {@link multiplyPatches}. */
interface PatchProduct {
  /** Where the matrix of filters lies, or what writes it to an address. */
  readonly filters: number | ((address: number) => void);
  readonly patches: PatchesFields;
  readonly target: { readonly targetTop: number; readonly targetLeft: number; readonly targetStride: number };
}

/** Multiplies patches of images by filters, and puts the results in their places among those of `results[0]`. */
function multiplyPatches(
  wasm: WasmModule,
  results: TensorInfo[],
  epilogue: Epilogue | undefined,
  { filters, patches, target }: PatchProduct,
): void {
  const [, targetHeight, targetWidth, columns] = results[0].shape;
  const { images, patchRows, patchColumns, filterHeight, filterWidth, channels } = patches;
  const count = images * patchRows * patchColumns;
  const size = filterHeight * filterWidth * channels;
  const isWritten = typeof filters !== 'number';
  const scratchBytes = wasm.functions.convolutionScratch(count, columns);
  const arena = new Arena();
  const struct = arena.reserve(ConvolutionStruct.bytes);
  const ending = arena.reserve(EpilogueStruct.bytes);
  const written = arena.reserve(isWritten ? 4 * size * columns : 0);
  const packed = arena.reserve(wasm.functions.convolutionFilterBytes(size, columns));
  const scratch = arena.reserve(wasm.threads * scratchBytes);
  const base = wasm.scratch(arena.bytes);
  const [address, residual] = results.map((result) => wasm.address(result));
  if (isWritten) filters(base + written);
  if (epilogue) {
    // Results that are scattered are made in the scratch, the residual of each block behind it.
    const isScattered = residual !== undefined && target.targetStride > 1;
    const product = isScattered ? residual - wasm.functions.convolutionResidualOffset(count, columns) : address;
    writeEpilogue(base + ending, epilogue, product, wasm);
  }
  ConvolutionStruct.write(wasm.memory, base + struct, patches, {
    targetTop: target.targetTop,
    targetLeft: target.targetLeft,
    targetStride: target.targetStride,
    columns,
    filters: isWritten ? base + written : filters,
    packedFilters: base + packed,
    target: address,
    targetHeight,
    targetWidth,
    epilogue: epilogue ? base + ending : 0,
    residualOffset: residual === undefined ? 0 : residual - address,
    scratch: base + scratch,
    scratchBytes,
  });
  wasm.functions.convolution(base + struct);
}
