/** Events of one tile, the lanes of its units; as in `assembly/`. */
export const TILE = 16;
export const UNIT_BYTES = 4 * TILE;

/** Into how many chunks a batch is cut at most; each sums its events' gradients of weights in a place of its own. */
const MOST_CHUNKS = 16;

/** How the tiles of a batch are cut into chunks, whatever works on them: sums over all of them have one order. */
export function chunksOf(rows: number): { chunks: number; chunkTiles: number } {
  const tiles = Math.ceil(rows / TILE);
  const chunkTiles = Math.max(1, Math.ceil(tiles / MOST_CHUNKS));
  return { chunks: Math.ceil(tiles / chunkTiles), chunkTiles };
}

/** Divides a block of memory: `reserve` gives the place of the next piece, `bytes` is what all take together. */
export class Division {
  bytes = 0;

  /** On cache lines of its own. */
  reserve(size: number): number {
    const at = this.bytes;
    this.bytes += Math.ceil(size / UNIT_BYTES) * UNIT_BYTES;
    return at;
  }

  /** Places of so many units of a tile. */
  units(count: number): number {
    return this.reserve(count * UNIT_BYTES);
  }
}

/** At least so many bytes, an odd number of cache lines: what lies at such a distance again and again does not fall on the same few places of a cache. */
export function oddLines(bytes: number): number {
  const lines = Math.ceil(bytes / UNIT_BYTES);
  return (lines | 1) * UNIT_BYTES;
}
