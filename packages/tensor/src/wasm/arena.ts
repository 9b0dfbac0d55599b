import { TILE, UNIT_BYTES } from './structs.generated.js';

/** Into how many chunks a batch is cut at most; each sums its events' gradients of weights in a place of its own. */
const MOST_CHUNKS = 16;

/** Cuts the tiles of a batch into chunks, the same for any number of threads: sums over all of them have one order. */
export function chunksOf(rows: number): { chunks: number; chunkTiles: number } {
  const tiles = Math.ceil(rows / TILE);
  const chunkTiles = Math.max(1, Math.ceil(tiles / MOST_CHUNKS));
  return { chunks: Math.ceil(tiles / chunkTiles), chunkTiles };
}

/** Divides a block of memory: `reserve` gives the offset of the next piece, `bytes` is the size of all pieces together. */
export class Arena {
  bytes = 0;

  /** A piece that begins on a cache line of its own. */
  reserve(size: number): number {
    const offset = this.bytes;
    this.bytes += wholeLines(size);
    return offset;
  }

  /** A piece for so many units of a tile. */
  units(count: number): number {
    return this.reserve(count * UNIT_BYTES);
  }
}

/** Rounds a size up to whole cache lines. */
export function wholeLines(bytes: number): number {
  return Math.ceil(bytes / UNIT_BYTES) * UNIT_BYTES;
}

/**
 * Rounds a size up to an odd number of cache lines: equal parts of records of an even number, above all of a power of two, would compete for the
 * same few sets of the cache.
 */
export function padLines(bytes: number): number {
  const lines = Math.ceil(bytes / UNIT_BYTES);
  return (lines | 1) * UNIT_BYTES;
}
