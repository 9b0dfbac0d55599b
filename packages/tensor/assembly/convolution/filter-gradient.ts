// The reference is `convolutionProducts` in src/testing/operations/float64-convolution.ts.
import { evenBlock, roundUp } from '../product/block-size';
import { multiplyRows, packPanels } from '../product/mat-mul';
import { EXCESS_ROWS, TILE_BYTES, TILE_COLUMNS, TILE_ROWS } from '../product/register-tile';
import { gatherPatches, patchCount, Patches, patchSize } from './patches';

// Cache blocks: whole patches of most convolutions, which are gathered fastest, and as many as the second-level cache holds.
const BLOCK_SIZE: i32 = 320;
const BLOCK_PATCHES: i32 = 128;

/** The product of the transposed matrix of patches with a matrix of one row for each patch: the gradient of a convolution's filters. */
@unmanaged
export class FilterGradient extends Patches {
  columns: i32;
  /** `[patches, columns]` */
  cotangent: usize;
  /** The patches are summed in chunks of so many, each to a result `[size of a patch, columns]` of its own. */
  chunks: i32;
  chunkPatches: i32;
  results: usize;
  /** {@link filterGradientScratch} bytes for each thread. */
  scratch: usize;
  scratchBytes: i32;
}

/** Bytes of scratch that {@link filterGradientTask} needs. */
export function filterGradientScratch(chunkPatches: i32, size: i32, columns: i32): i32 {
  const steps = evenBlock(chunkPatches, BLOCK_PATCHES, 1);
  const rows = evenBlock(size, BLOCK_SIZE, TILE_ROWS);
  return roundUp(<i32>TILE_BYTES + ((steps * (rows + roundUp(columns, TILE_COLUMNS)) + EXCESS_ROWS) << 2), 64);
}

/** The number of tasks that share the entries of a patch. */
export function filterGradientParts(size: i32): i32 {
  const rows = evenBlock(size, BLOCK_SIZE, TILE_ROWS);
  return (size + rows - 1) / rows;
}

export function filterGradientTask(at: usize, task: i32, thread: i32): void {
  const args = changetype<FilterGradient>(at);
  const columns = args.columns;
  const size = patchSize(args);
  const rowBytes = <usize>columns << 2;
  const parts = filterGradientParts(size);
  const chunk = task / parts;
  const blockRows = evenBlock(size, BLOCK_SIZE, TILE_ROWS);
  const blockSteps = evenBlock(args.chunkPatches, BLOCK_PATCHES, 1);
  const row = (task % parts) * blockRows;
  const rows = min(blockRows, size - row);
  const patchBytes = <usize>rows << 2;
  const first = chunk * args.chunkPatches;
  const end = min(patchCount(args), first + args.chunkPatches);
  const tile = args.scratch + <usize>(args.scratchBytes * thread);
  const panels = tile + TILE_BYTES;
  const gathered = panels + (<usize>(roundUp(columns, TILE_COLUMNS) * blockSteps) << 2);
  const result = args.results + <usize>(chunk * size + row) * rowBytes;

  // The transposed patches are read where they lie: one step of the product is a patch, and the numbers of a register tile's rows lie side by side.
  for (let patch = first; patch < end; patch += blockSteps) {
    const steps = min(blockSteps, end - patch);
    packPanels(panels, args.cotangent, rowBytes, false, 0, columns, patch, steps, TILE_COLUMNS);
    gatherPatches(args, gathered, patchBytes, patch, steps, row, rows);
    multiplyRows(gathered, 4, patchBytes, TILE_ROWS << 2, panels, result, rowBytes, rows, columns, steps, patch > first, tile, TILE_COLUMNS);
  }
}
