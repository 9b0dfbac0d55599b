/**
 * Copies chosen blocks of 4-byte numbers from each row of a matrix of blocks, side by side.
 *
 * @param indices which blocks, 4-byte integers from 0 to `blocks` − 1
 * @param rows how many rows
 * @param blocks how many blocks each row of the source has
 * @param chosen how many are copied from each row
 * @param count how many numbers a block has
 */
export function gatherBlocks(target: usize, source: usize, indices: usize, rows: i32, blocks: i32, chosen: i32, count: i32): void {
  const bytes = <usize>count << 2;
  const rowBytes = <usize>blocks * bytes;
  for (let row: i32 = 0; row < rows; row++) {
    for (let i: i32 = 0; i < chosen; i++) {
      const from = source + <usize>load<i32>(indices + (<usize>i << 2)) * bytes;
      let byte: usize = 0;
      for (; byte + 16 <= bytes; byte += 16) v128.store(target + byte, v128.load(from + byte));
      for (; byte < bytes; byte += 4) store<u32>(target + byte, load<u32>(from + byte));
      target += bytes;
    }
    source += rowBytes;
  }
}
