import { Epilogue, epilogueBlock } from './epilogue';
import { packColumns, packRows } from './pack';

// A register tile is 4 rows by 8 columns of C: 8 accumulators, which together with the operands fit the 16 vector registers of
// x86-64 and hide the latency of an addition. Wider tiles spill.
const TILE_ROWS: i32 = 4;
const TILE_COLUMNS: i32 = 8;

// Cache blocks. A panel of B (8 columns, BLOCK_DEPTH deep) stays in the first-level cache, the packed block of A in the second.
const BLOCK_ROWS: i32 = 128;
const BLOCK_COLUMNS: i32 = 1024;
const BLOCK_DEPTH: i32 = 256;

/** The largest block size of at most `limit` (a multiple of `unit`) that cuts `size` into blocks of nearly equal size. */
function evenBlock(size: i32, limit: i32, unit: i32): i32 {
  const blocks = (size + limit - 1) / limit;
  return roundUp((size + blocks - 1) / blocks, unit);
}

// @ts-ignore: decorator
@inline
function roundUp(size: i32, unit: i32): i32 {
  return ((size + unit - 1) / unit) * unit;
}

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
  /** How many tasks share the rows, and the columns, of each product. */
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
  const blockDepth = evenBlock(depth, BLOCK_DEPTH, 1);
  const blockRows = evenBlock(rows, BLOCK_ROWS, TILE_ROWS);
  const blockColumns = evenBlock(columns, BLOCK_COLUMNS, TILE_COLUMNS);
  return roundUp(((blockRows + blockColumns) * blockDepth + TILE_ROWS * TILE_COLUMNS) << 2, 64);
}

export function matMulTask(at: usize, task: i32, thread: i32): void {
  const args = changetype<MatMul>(at);
  const rows = args.rows;
  const columns = args.columns;
  const depth = args.depth;
  const transposeA = args.transposeA != 0;
  const transposeB = args.transposeB != 0;
  const blockDepth = evenBlock(depth, BLOCK_DEPTH, 1);
  const blockRows = evenBlock(rows, BLOCK_ROWS, TILE_ROWS);
  const blockColumns = evenBlock(columns, BLOCK_COLUMNS, TILE_COLUMNS);
  const product = <usize>(task / (args.rowTasks * args.columnTasks));
  const operands = changetype<MatMulOperands>(args.matrices + offsetof<MatMulOperands>() * product);
  const a = operands.a;
  const b = operands.b;
  const c = operands.c;
  const tile = args.scratch + <usize>(args.scratchBytes * thread);
  const packedA = tile + ((TILE_ROWS * TILE_COLUMNS) << 2);
  const packedB = packedA + (<usize>(blockRows * blockDepth) << 2);
  const strideA = <usize>(transposeA ? rows : depth) << 2;
  const strideB = <usize>(transposeB ? depth : columns) << 2;
  const strideC = <usize>columns << 2;

  const place = task % (args.rowTasks * args.columnTasks);
  const taskRows = evenBlock(rows, (rows + args.rowTasks - 1) / args.rowTasks, TILE_ROWS);
  const taskColumns = evenBlock(columns, (columns + args.columnTasks - 1) / args.columnTasks, TILE_COLUMNS);
  const firstRow = (place / args.columnTasks) * taskRows;
  const firstColumn = (place % args.columnTasks) * taskColumns;
  const endRow = min(rows, firstRow + taskRows);
  const endColumn = min(columns, firstColumn + taskColumns);

  for (let column = firstColumn; column < endColumn; column += blockColumns) {
    const columnCount = min(blockColumns, endColumn - column);
    for (let step: i32 = 0; step < depth; step += blockDepth) {
      const stepCount = min(blockDepth, depth - step);
      if (transposeB) packColumns(packedB, b + <usize>column * strideB + (<usize>step << 2), columnCount, stepCount, strideB, TILE_COLUMNS);
      else packRows(packedB, b + <usize>step * strideB + (<usize>column << 2), columnCount, stepCount, strideB, TILE_COLUMNS);

      for (let row = firstRow; row < endRow; row += blockRows) {
        const rowCount = min(blockRows, endRow - row);
        if (transposeA) packRows(packedA, a + <usize>step * strideA + (<usize>row << 2), rowCount, stepCount, strideA, TILE_ROWS);
        else packColumns(packedA, a + <usize>row * strideA + (<usize>step << 2), rowCount, stepCount, strideA, TILE_ROWS);

        const corner = c + <usize>row * strideC + (<usize>column << 2);
        multiplyBlock(packedA, packedB, corner, strideC, rowCount, columnCount, stepCount, step > 0, tile);
        if (args.epilogue && step + stepCount == depth) epilogueBlock(changetype<Epilogue>(args.epilogue), corner, strideC, rowCount, column, columnCount);
      }
    }
  }
}

/** Adds a packed block of A times a packed block of B to C, or writes it there. */
function multiplyBlock(
  packedA: usize,
  packedB: usize,
  c: usize,
  strideC: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  accumulate: bool,
  tile: usize,
): void {
  const panelA = <usize>(depth * TILE_ROWS) << 2;
  const panelB = <usize>(depth * TILE_COLUMNS) << 2;
  for (let column: i32 = 0; column < columns; column += TILE_COLUMNS) {
    let panel = packedA;
    let target = c + (<usize>column << 2);
    for (let row: i32 = 0; row < rows; row += TILE_ROWS) {
      if (row + TILE_ROWS <= rows && column + TILE_COLUMNS <= columns) {
        multiplyTile(panel, packedB, depth, target, strideC, accumulate);
      } else {
        multiplyTile(panel, packedB, depth, tile, TILE_COLUMNS << 2, false);
        copyTile(tile, target, strideC, min(TILE_ROWS, rows - row), min(TILE_COLUMNS, columns - column), accumulate);
      }
      panel += panelA;
      target += strideC * TILE_ROWS;
    }
    packedB += panelB;
  }
}

// @ts-ignore: decorator
@inline
function multiplyTile(a: usize, b: usize, depth: i32, c: usize, strideC: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (let step: i32 = 0; step < depth; step++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(s, b0));
    c01 = f32x4.add(c01, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(s, b0));
    c11 = f32x4.add(c11, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(s, b0));
    c21 = f32x4.add(c21, f32x4.mul(s, b1));
    s = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(s, b0));
    c31 = f32x4.add(c31, f32x4.mul(s, b1));
    a += TILE_ROWS << 2;
    b += TILE_COLUMNS << 2;
  }
  putRow(c, c00, c01, accumulate);
  c += strideC;
  putRow(c, c10, c11, accumulate);
  c += strideC;
  putRow(c, c20, c21, accumulate);
  c += strideC;
  putRow(c, c30, c31, accumulate);
}

// @ts-ignore: decorator
@inline
function putRow(c: usize, left: v128, right: v128, accumulate: bool): void {
  if (accumulate) {
    left = f32x4.add(left, v128.load(c));
    right = f32x4.add(right, v128.load(c, 16));
  }
  v128.store(c, left);
  v128.store(c, right, 16);
}

/** The part of a tile that lies inside C. */
function copyTile(tile: usize, c: usize, strideC: usize, rows: i32, columns: i32, accumulate: bool): void {
  for (let row: i32 = 0; row < rows; row++) {
    for (let column: i32 = 0; column < columns; column++) {
      const from = tile + (<usize>(row * TILE_COLUMNS + column) << 2);
      const to = c + (<usize>column << 2);
      store<f32>(to, accumulate ? load<f32>(to) + load<f32>(from) : load<f32>(from));
    }
    c += strideC;
  }
}
