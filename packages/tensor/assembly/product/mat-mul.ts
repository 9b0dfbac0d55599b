import { evenBlock, roundUp } from './block-size';
import { Epilogue, epilogueBlock } from './epilogue';
import { packColumns, packRows } from './pack';
import {
  copyTile,
  FUSED_COLUMNS,
  FUSED_ROWS,
  multiplyTile,
  NARROW_COLUMNS,
  panelColumns,
  TILE_BYTES,
  TILE_COLUMNS,
  TILE_ROWS,
  tileColumnsFor,
  tileRowsFor,
} from './register-tile';

// Cache blocks. A panel of B (BLOCK_DEPTH deep) stays in the first-level cache, a block of A in the second.
export const BLOCK_ROWS: i32 = 128;
const BLOCK_COLUMNS: i32 = 1024;
export const BLOCK_DEPTH: i32 = 256;

/**
 * Products C = op(A) op(B), all of the same sizes, where op(A) is `rows` by `depth` and op(B) `depth` by `columns`; every matrix is dense and
 * row by row.
 */
@unmanaged
export class MatMul {
  /** How many there are. */
  count: i32;
  rows: i32;
  columns: i32;
  depth: i32;
  /** Whether A is stored `depth` by `rows`. */
  transposeA: i32;
  /** Whether B is stored `columns` by `depth`. */
  transposeB: i32;
  /** For each product its {@link MatMulOperands}. */
  matrices: usize;
  /** {@link matMulScratch} bytes for each thread. */
  scratch: usize;
  scratchBytes: i32;
  /** The {@link Epilogue} of each product, or 0 for none. */
  epilogue: usize;
  /** The number of tasks that share the rows, and the columns, of each product. */
  @internal rowTasks: i32;
  @internal columnTasks: i32;
}

/** The addresses of the matrices of one product. */
@unmanaged
export class MatMulOperands {
  a: usize;
  b: usize;
  c: usize;
}

/** Bytes of scratch that {@link matMulTask} needs for a product of these sizes, all at least 1. */
export function matMulScratch(rows: i32, columns: i32, depth: i32): i32 {
  const tileColumns = tileColumnsFor(columns);
  const tileRows = tileRowsFor(tileColumns);
  const blockDepth = evenBlock(depth, BLOCK_DEPTH, 1);
  const blockRows = evenBlock(rows, BLOCK_ROWS, tileRows);
  const blockColumns = evenBlock(columns, BLOCK_COLUMNS, tileColumns);
  return roundUp(((blockRows + blockColumns) * blockDepth << 2) + <i32>TILE_BYTES, 64);
}

export function matMulTask(at: usize, task: i32, thread: i32): void {
  const args = changetype<MatMul>(at);
  const rows = args.rows;
  const columns = args.columns;
  const depth = args.depth;
  const transposeA = args.transposeA != 0;
  const transposeB = args.transposeB != 0;
  const tileColumns = tileColumnsFor(columns);
  const tileRows = tileRowsFor(tileColumns);
  const blockDepth = evenBlock(depth, BLOCK_DEPTH, 1);
  const blockRows = evenBlock(rows, BLOCK_ROWS, tileRows);
  const blockColumns = evenBlock(columns, BLOCK_COLUMNS, tileColumns);
  const product = <usize>(task / (args.rowTasks * args.columnTasks));
  const operands = changetype<MatMulOperands>(args.matrices + offsetof<MatMulOperands>() * product);
  const a = operands.a;
  const b = operands.b;
  const c = operands.c;
  const tile = args.scratch + <usize>(args.scratchBytes * thread);
  const packedA = tile + TILE_BYTES;
  const packedB = packedA + (<usize>(blockRows * blockDepth) << 2);
  const strideA = <usize>(transposeA ? rows : depth) << 2;
  const strideB = <usize>(transposeB ? depth : columns) << 2;
  const strideC = <usize>columns << 2;

  const place = task % (args.rowTasks * args.columnTasks);
  const taskRows = evenBlock(rows, (rows + args.rowTasks - 1) / args.rowTasks, tileRows);
  const taskColumns = evenBlock(columns, (columns + args.columnTasks - 1) / args.columnTasks, tileColumns);
  const firstRow = (place / args.columnTasks) * taskRows;
  const firstColumn = (place % args.columnTasks) * taskColumns;
  const endRow = min(rows, firstRow + taskRows);
  const endColumn = min(columns, firstColumn + taskColumns);

  for (let column = firstColumn; column < endColumn; column += blockColumns) {
    const columnCount = min(blockColumns, endColumn - column);
    for (let step: i32 = 0; step < depth; step += blockDepth) {
      const stepCount = min(blockDepth, depth - step);
      packPanels(packedB, b, strideB, transposeB, column, columnCount, step, stepCount, tileColumns);

      for (let row = firstRow; row < endRow; row += blockRows) {
        const rowCount = min(blockRows, endRow - row);
        const corner = c + <usize>row * strideC + (<usize>column << 2);
        // Whole register tiles read the rows of A where they lie.
        const whole = transposeA ? 0 : rowCount - (rowCount % tileRows);
        if (whole) {
          const block = a + <usize>row * strideA + (<usize>step << 2);
          multiplyRows(block, strideA, 4, strideA * tileRows, packedB, corner, strideC, whole, columnCount, stepCount, step > 0, tile, tileColumns);
        }
        if (whole < rowCount) {
          if (tileRows == FUSED_ROWS) packBlock(packedA, a, strideA, transposeA, row + whole, rowCount - whole, step, stepCount, FUSED_ROWS);
          else packBlock(packedA, a, strideA, transposeA, row + whole, rowCount - whole, step, stepCount, TILE_ROWS);
          const columnA = <usize>tileRows << 2;
          const rest = corner + <usize>whole * strideC;
          multiplyRows(packedA, 4, columnA, columnA * stepCount, packedB, rest, strideC, rowCount - whole, columnCount, stepCount, step > 0, tile, tileColumns);
        }
        if (args.epilogue && step + stepCount == depth) epilogueBlock(changetype<Epilogue>(args.epilogue), corner, strideC, rowCount, column, columnCount);
      }
    }
  }
}

/** Packs a block of B into the panels that {@link multiplyRows} reads, `width` wide: {@link TILE_COLUMNS} or {@link FUSED_COLUMNS}. */
export function packPanels(
  target: usize,
  b: usize,
  stride: usize,
  isTransposed: bool,
  column: i32,
  columns: i32,
  step: i32,
  steps: i32,
  width: i32,
): void {
  const rest = columns % width;
  const whole = panelColumns(rest, width) == width ? columns : columns - rest;
  if (width == FUSED_COLUMNS) packBlock(target, b, stride, !isTransposed, column, whole, step, steps, FUSED_COLUMNS);
  else packBlock(target, b, stride, !isTransposed, column, whole, step, steps, TILE_COLUMNS);
  if (whole < columns) packBlock(target + (<usize>(whole * steps) << 2), b, stride, !isTransposed, column + whole, rest, step, steps, NARROW_COLUMNS);
}

/**
 * Packs `count` rows of A, or columns of B, from number `first` on into panels of `width`; `isAcross` tells whether those of one step lie side by side, as in A
 * transposed and in B.
 */
// @ts-ignore: decorator
@inline
function packBlock(target: usize, source: usize, stride: usize, isAcross: bool, first: i32, count: i32, step: i32, steps: i32, width: i32): void {
  if (isAcross) packRows(target, source + <usize>step * stride + (<usize>first << 2), count, steps, stride, width);
  else packColumns(target, source + <usize>first * stride + (<usize>step << 2), count, steps, stride, width);
}

/**
 * Adds a block of A times a packed block of B to C, or writes it there.
 *
 * From one row of A to the next it is `rowA` bytes, from one column to the next `columnA`, and from the rows of one register tile to those of the next `panelA`.
 * Rows behind the last are read up to a whole register tile.
 */
export function multiplyRows(
  a: usize,
  rowA: usize,
  columnA: usize,
  panelA: usize,
  packedB: usize,
  c: usize,
  strideC: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  accumulate: bool,
  tile: usize,
  tileColumns: i32,
): void {
  const tileRows = tileRowsFor(tileColumns);
  for (let column: i32 = 0; column < columns; column += tileColumns) {
    const width = panelColumns(columns - column, tileColumns);
    const isWhole = column + width <= columns;
    let panel = a;
    let target = c + (<usize>column << 2);
    for (let row: i32 = 0; row < rows; row += tileRows) {
      if (isWhole && row + tileRows <= rows) {
        multiplyPanels(panel, rowA, columnA, packedB, depth, width, target, strideC, accumulate);
      } else {
        const stride = <usize>width << 2;
        multiplyPanels(panel, rowA, columnA, packedB, depth, width, tile, stride, false);
        copyTile(tile, stride, target, strideC, min(tileRows, rows - row), min(width, columns - column), accumulate);
      }
      panel += panelA;
      target += strideC * tileRows;
    }
    packedB += <usize>(depth * width) << 2;
  }
}

function multiplyPanels(a: usize, row: usize, column: usize, b: usize, depth: i32, columns: i32, c: usize, strideC: usize, accumulate: bool): void {
  multiplyTile(a, row, column, depth, 0, 1, b, columns, c, strideC, accumulate);
}
