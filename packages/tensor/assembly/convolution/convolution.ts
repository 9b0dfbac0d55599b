// The reference is `convolutionProducts` in src/testing/operations/float64-convolution.ts.
import { Epilogue, epilogueBlock } from '../product/epilogue';
import { evenBlock, roundUp } from '../product/block-size';
import { BLOCK_DEPTH, BLOCK_ROWS, multiplyRows, packPanels } from '../product/mat-mul';
import { TILE_BYTES, TILE_COLUMNS, TILE_ROWS } from '../product/register-tile';
import { gatherPatches, patchCount, Patches, patchSize } from './patches';

/**
 * From one gathered patch to the next: as many numbers as a product multiplies at once, and 16 more, since rows 1 KiB apart would meet in few sets of the
 * first-level cache.
 */
const PATCH_BYTES: usize = <usize>(BLOCK_DEPTH + 16) << 2;

/**
 * The product of a matrix of patches, one a row, with a matrix of `columns` filters. The matrix of patches is never made as a whole.
 *
 * The result of a patch goes to a pixel of images of their own, so that four of these products make a transposed convolution of stride 2.
 */
@unmanaged
export class Convolution extends Patches {
  columns: i32;
  /** The filters `[size of a patch, columns]`, and {@link convolutionFilterBytes} for them as they are packed. */
  filters: usize;
  packedFilters: usize;
  /** The images `[images, targetHeight, targetWidth, columns]` that take the results: that of patch (0, 0) at (targetTop, targetLeft). */
  target: usize;
  targetHeight: i32;
  targetWidth: i32;
  targetTop: i32;
  targetLeft: i32;
  /** Pixels from the result of one patch to that of the next. At 1, the results fill the images. */
  targetStride: i32;
  /** An {@link Epilogue}, or 0 for none. Where the results do not fill the images, its residual lies {@link residualOffset} bytes behind them. */
  epilogue: usize;
  residualOffset: usize;
  /** {@link convolutionScratch} bytes for each thread. */
  scratch: usize;
  scratchBytes: i32;
}

/** Bytes that `columns` filters for patches of `size` numbers take once packed. */
export function convolutionFilterBytes(size: i32, columns: i32): i32 {
  return (size * roundUp(columns, TILE_COLUMNS)) << 2;
}

/** Bytes of scratch that {@link convolutionTask} needs. */
export function convolutionScratch(count: i32, columns: i32): i32 {
  const rows = evenBlock(count, BLOCK_ROWS, TILE_ROWS);
  return roundUp(<i32>TILE_BYTES + rows * <i32>PATCH_BYTES + ((2 * rows * columns) << 2), 64);
}

/** How many bytes behind a block of results in the scratch its residual lies. */
export function convolutionResidualOffset(count: i32, columns: i32): i32 {
  return (evenBlock(count, BLOCK_ROWS, TILE_ROWS) * columns) << 2;
}

/** The number of tasks of a convolution of so many patches. */
export function convolutionTasks(count: i32): i32 {
  const rows = evenBlock(count, BLOCK_ROWS, TILE_ROWS);
  return (count + rows - 1) / rows;
}

/** Packs the filters, as every task reads them. */
export function packFilters(args: Convolution): void {
  const size = patchSize(args);
  const blockSteps = evenBlock(max(size, 1), BLOCK_DEPTH, 1);
  let packed = args.packedFilters;
  for (let step: i32 = 0; step < size; step += blockSteps) {
    const steps = min(blockSteps, size - step);
    packPanels(packed, args.filters, <usize>args.columns << 2, false, 0, args.columns, step, steps, TILE_COLUMNS);
    packed += <usize>convolutionFilterBytes(steps, args.columns);
  }
}

export function convolutionTask(at: usize, task: i32, thread: i32): void {
  const args = changetype<Convolution>(at);
  const size = patchSize(args);
  const columns = args.columns;
  const rowBytes = <usize>columns << 2;
  const blockSteps = evenBlock(max(size, 1), BLOCK_DEPTH, 1);
  const blockRows = evenBlock(patchCount(args), BLOCK_ROWS, TILE_ROWS);
  const first = task * blockRows;
  const rows = min(blockRows, patchCount(args) - first);
  const tile = args.scratch + <usize>(args.scratchBytes * thread);
  const gathered = tile + TILE_BYTES;
  const isDense = args.targetStride == 1;
  const block = isDense ? args.target + <usize>first * rowBytes : gathered + <usize>blockRows * PATCH_BYTES;

  // A patch without pixels belongs to a pixel that no filter reaches.
  if (size == 0) memory.fill(block, 0, <usize>rows * rowBytes);
  let filters = args.packedFilters;
  for (let step: i32 = 0; step < size; step += blockSteps) {
    const steps = min(blockSteps, size - step);
    gatherPatches(args, gathered, PATCH_BYTES, first, rows, step, steps);
    multiplyRows(gathered, PATCH_BYTES, 4, PATCH_BYTES * TILE_ROWS, filters, block, rowBytes, rows, columns, steps, step > 0, tile, TILE_COLUMNS);
    filters += <usize>convolutionFilterBytes(steps, columns);
  }

  const epilogue = changetype<Epilogue>(args.epilogue);
  if (args.epilogue) epilogueBlock(epilogue, block, rowBytes, rows, 0, columns);
  if (isDense) return;
  scatter(args, args.target, block, first, rows);
  if (args.epilogue && epilogue.hasResidual) scatter(args, args.target + args.residualOffset, block + epilogue.residualOffset, first, rows);
}

/** Copies results of patches to their pixels. */
function scatter(args: Convolution, target: usize, block: usize, first: i32, count: i32): void {
  const bytes = <usize>args.columns << 2;
  const stride = args.targetStride;
  let x = first % args.patchColumns;
  let y = (first / args.patchColumns) % args.patchRows;
  let image = first / args.patchColumns / args.patchRows;
  for (let patch: i32 = 0; patch < count; patch++) {
    const row = image * args.targetHeight + args.targetTop + stride * y;
    const to = target + <usize>(row * args.targetWidth + args.targetLeft + stride * x) * bytes;
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(block + i));
    for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(block + i));
    block += bytes;
    if (++x == args.patchColumns) {
      x = 0;
      if (++y == args.patchRows) {
        y = 0;
        image++;
      }
    }
  }
}
