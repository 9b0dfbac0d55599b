import { multiplyTile, TILE_COLUMNS, TILE_ROWS } from './register-tile';

@unmanaged
class Row {
  number: f32;
}

const DEPTH: i32 = 64;

/** Computes a register tile `count` times, in the first 8 KiB of the memory; returns how many multiplications of numbers these are. */
export function multiplyTiles(count: i32): i32 {
  for (let i: i32 = 0; i < count; i++) multiplyTile<Row>(0, TILE_ROWS << 2, DEPTH, 0, 1, 2048, TILE_COLUMNS, 7168, TILE_COLUMNS << 2, false);
  return count * TILE_ROWS * TILE_COLUMNS * DEPTH;
}
