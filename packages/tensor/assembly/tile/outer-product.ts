import { packColumns } from '../product/pack';
import { copyTile, LARGEST_TILE_BYTES, multiplyTile, NARROW_COLUMNS, panelColumns, TILE_COLUMNS, TILE_ROWS } from '../product/register-tile';
import { UNIT_BYTES } from './dot';
import { TILE } from './tile';

/** Tiles of events over which products are summed at a time. */
export const MOST_TILES: i32 = 16;

/** Bytes to work in: one register tile of sums, then a panel of adjoints event by event. */
export const OUTER_BYTES: usize = LARGEST_TILE_BYTES + ((MOST_TILES * TILE * 16) << 2);

/** Offset of the panel in the work space. */
const PANEL: usize = LARGEST_TILE_BYTES;

/** Packs up to {@link TILE_COLUMNS} units of `tiles` tiles event by event. */
export function packAdjoints(work: usize, adjoints: usize, stride: usize, units: i32, tiles: i32): void {
  const width = panelColumns(units);
  let panel = work + PANEL;
  for (let tile: i32 = 0; tile < tiles; tile++) {
    if (width == TILE_COLUMNS) packColumns(panel, adjoints, units, TILE, UNIT_BYTES, TILE_COLUMNS);
    else packColumns(panel, adjoints, units, TILE, UNIT_BYTES, NARROW_COLUMNS);
    panel += <usize>(TILE * width) << 2;
    adjoints += stride;
  }
}

/**
 * Writes `Σ reads[i] adjoints[j]`, over all events of `tiles` tiles, to entry (i, j) of a matrix, or adds it; i goes over {@link TILE_ROWS} units, whether
 * there are so many or not, and j over those that were packed.
 *
 * @param stride bytes from one tile of reads to the next
 */
export function multiplyReads(work: usize, reads: usize, stride: usize, units: i32, tiles: i32, matrix: usize, matrixStride: usize, accumulate: bool): void {
  multiplyTile(reads, UNIT_BYTES, 4, TILE, stride - (TILE << 2), tiles, work + PANEL, panelColumns(units), matrix, matrixStride, accumulate);
}

/**
 * Adds `Σ reads[i] adjoints[j]`, over all events and over up to {@link MOST_TILES} tiles, to entry (i, j) of a matrix.
 *
 * @param work {@link OUTER_BYTES} to work in
 * @param readStride bytes from one tile to the next
 * @param adjointStride likewise
 */
export function addOuterProducts(
  work: usize,
  matrix: usize,
  reads: usize,
  readStride: usize,
  rows: i32,
  adjoints: usize,
  adjointStride: usize,
  columns: i32,
  tiles: i32,
): void {
  const stride = <usize>columns << 2;
  for (let j: i32 = 0; j < columns; j += TILE_COLUMNS) {
    const units = min(TILE_COLUMNS, columns - j);
    const width = panelColumns(units);
    packAdjoints(work, adjoints + <usize>j * UNIT_BYTES, adjointStride, units, tiles);
    let to = matrix + (<usize>j << 2);
    for (let i: i32 = 0; i < rows; i += TILE_ROWS) {
      const from = reads + <usize>i * UNIT_BYTES;
      if (i + TILE_ROWS <= rows && units == width) multiplyReads(work, from, readStride, units, tiles, to, stride, true);
      else {
        multiplyReads(work, from, readStride, units, tiles, work, <usize>width << 2, false);
        copyTile(work, <usize>width << 2, to, stride, min(TILE_ROWS, rows - i), units, true);
      }
      to += stride * TILE_ROWS;
    }
  }
}
