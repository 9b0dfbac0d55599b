import { type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type AffineForm, writeAffineForm } from '../affine/contract.js';
import { type Arena, chunksOf } from '../../wasm/arena.js';
import { AffineFormStruct, EXCESS_ROWS, type SequenceFields, TILE, UNIT_BYTES } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** Attributes of a kernel that goes over the positions, and of its gradient. */
export interface SequenceAttrs {
  readonly network: { readonly order: readonly number[]; readonly parameterCount: number };
  /** The map that takes the parameters; without it they are the result. */
  readonly form?: AffineForm;
  readonly sequential: boolean;
  /** Whether the gradient will be asked for. */
  readonly keep?: boolean;
}

/** Inputs of such a kernel. */
export interface SequenceCall extends SequenceAttrs {
  readonly rows: number;
  /** Its inputs, without those of the gradient alone; the first is the input `[...batch, D]`. */
  readonly operands: readonly TensorInfo[];
  /** The results or their cotangents. */
  readonly value: TensorInfo;
  readonly logDet?: TensorInfo;
  /** The residuals: what the gradient needs of each tile. */
  readonly tiles?: TensorInfo;
  /** One for each of the operands, in the gradient. */
  readonly gradients?: readonly TensorInfo[];
}

/** Bytes of a tile's residuals, of a thread's working memory and of a chunk's gradients. */
export interface SequenceSizes {
  readonly tile: number;
  readonly work: number;
  readonly chunk: number;
}

/** The addresses of one call's structures. */
export interface SequenceLayout {
  /** The one that the kernel is given. */
  readonly struct: number;
  readonly chunks: number;
  /** Bytes of a chunk's gradients, and where in them which operand's is. */
  readonly stride: number;
  readonly gradientOffsets: ReadonlyMap<number, number>;
}

/**
 * Runs such a kernel, given where its structures lie. Outputs: the values and the log-determinant, or the parameters alone; then what is
 * kept of the tiles, so many bytes of each.
 */
export function runSequence(
  wasm: WasmModule,
  inputs: NamedTensorInfoMap,
  attrs: SequenceAttrs,
  tileBytes: number,
  layOut: (call: SequenceCall) => SequenceLayout,
  kernel: (struct: number) => void,
): TensorInfo[] {
  const { network, form, keep } = attrs;
  const operands = Object.values(inputs) as TensorInfo[];
  const [x] = operands;
  const batch = x.shape.slice(0, -1);
  const rows = util.sizeFromShape(batch);
  const value = wasm.output(form ? x.shape : [...x.shape, network.parameterCount]);
  const logDet = form && wasm.output(batch);
  const tiles = wasm.output([keep ? (Math.ceil(rows / TILE) * tileBytes + EXCESS_ROWS * UNIT_BYTES) / 4 : 0]);
  kernel(layOut({ ...attrs, rows, operands, value, logDet, tiles: keep ? tiles : undefined }).struct);
  return logDet ? [value, logDet, tiles] : [value, tiles];
}

/** Runs its gradient chunk by chunk. Inputs: as there, then its last output and the cotangents of the others; outputs the gradients of its inputs. */
export function runSequenceGradient(
  wasm: WasmModule,
  inputs: NamedTensorInfoMap,
  attrs: SequenceAttrs,
  layOut: (call: SequenceCall) => SequenceLayout,
  kernel: (struct: number, chunks: number) => void,
): TensorInfo[] {
  const operands = Object.values(inputs) as TensorInfo[];
  const [tiles, value, logDet] = attrs.form ? operands.splice(-3) : operands.splice(-2);
  const gradients = operands.map(({ shape }) => wasm.output(shape));
  const rows = util.sizeFromShape(operands[0].shape.slice(0, -1));
  const { struct, chunks, stride, gradientOffsets } = layOut({
    ...attrs,
    rows,
    operands,
    value,
    logDet,
    tiles,
    gradients,
  });
  const { chunks: chunkCount } = chunksOf(rows);
  kernel(struct, chunkCount);
  for (const [operand, at] of gradientOffsets) {
    const gradient = gradients[operand];
    wasm.functions.sumChunks(
      wasm.address(gradient),
      chunks + at,
      stride,
      chunkCount,
      util.sizeFromShape(gradient.shape),
    );
  }
  return gradients;
}

/** Reserves what the structure `Sequence` points at, and gives a function that writes it there and answers with the structure's fields. */
export function reserveSequence(
  scratch: Arena,
  threads: number,
  {
    network: { order, parameterCount },
    form,
    sequential,
    rows,
    operands,
    value,
    logDet,
    tiles,
    gradients,
  }: SequenceCall,
  sizes: SequenceSizes,
): { readonly chunks: number; write(wasm: WasmModule, base: number): SequenceFields } {
  const { chunks: chunkCount, chunkTiles } = chunksOf(rows);
  const affineForm = scratch.reserve(AffineFormStruct.bytes);
  const orderTable = scratch.reserve(4 * order.length);
  const work = scratch.reserve(threads * sizes.work);
  const tile = scratch.reserve(tiles ? 0 : threads * sizes.tile);
  const chunks = scratch.reserve(gradients ? chunkCount * sizes.chunk : 0);
  return {
    chunks,
    write(wasm, base) {
      if (form) writeAffineForm(wasm, base + affineForm, form);
      wasm.memory.int32.set(order, (base + orderTable) / 4);
      return {
        dim: order.length,
        parameterCount,
        rows,
        sequential: sequential ? 1 : 0,
        order: base + orderTable,
        form: form ? base + affineForm : 0,
        input: wasm.address(operands[0]),
        value: wasm.address(value),
        logDet: addressOf(wasm, logDet),
        inputGradient: addressOf(wasm, gradients?.[0]),
        tiles: tiles ? wasm.address(tiles) : base + tile,
        tileStride: sizes.tile,
        hasResiduals: tiles ? 1 : 0,
        work: base + work,
        workStride: sizes.work,
        chunkTiles,
        chunks: base + chunks,
        chunkStride: sizes.chunk,
      };
    },
  };
}

/** 0 if there is no such tensor. */
export function addressOf(wasm: WasmModule, tensor: TensorInfo | undefined): number {
  return tensor ? wasm.address(tensor) : 0;
}

/** Where in a chunk's gradients those of so many tensors are that are the same for all events. */
export function layOutGradients(
  chunk: Arena,
  operands: readonly TensorInfo[],
  isSummed: (operand: number) => boolean,
): Map<number, number> {
  const summed = [...operands.keys()].filter(isSummed);
  return new Map(summed.map((operand) => [operand, chunk.reserve(4 * util.sizeFromShape(operands[operand].shape))]));
}
