/** How the patches lie that a filter reads from images. */
@unmanaged
export class Patches {
  /** The images `[images, height, width, channels]`. */
  images: i32;
  height: i32;
  width: i32;
  channels: i32;
  source: usize;
  /** The number of patches of an image below and beside each other. */
  patchRows: i32;
  patchColumns: i32;
  /** The pixels of a patch. */
  filterHeight: i32;
  filterWidth: i32;
  /** Pixels from one patch to the next. */
  stride: i32;
  /** Pixels of the first patch that lie above the image, and left of it; fewer than 0 if it begins inside. Pixels outside are 0. */
  top: i32;
  left: i32;
}

/** The number of patches of all images. */
// @ts-ignore: decorator
@inline
export function patchCount(patches: Patches): i32 {
  return patches.images * patches.patchRows * patches.patchColumns;
}

/** The size of a patch. */
// @ts-ignore: decorator
@inline
export function patchSize(patches: Patches): i32 {
  return patches.filterHeight * patches.filterWidth * patches.channels;
}

/**
 * Copies numbers `step` … `step + steps − 1` of patches `first` … `first + count − 1`, each to a row of its own, `rowBytes` bytes after the row before. A
 * patch is read row by row: what lies side by side in an image is copied in one run. Up to 3 numbers behind the last row are written too.
 */
export function gatherPatches(patches: Patches, target: usize, rowBytes: usize, first: i32, count: i32, step: i32, steps: i32): void {
  const channels = patches.channels;
  const run = patches.filterWidth * channels;
  const imageRow = patches.width * channels;
  const firstRow = step / run;
  const firstColumn = step % run;
  let x = first % patches.patchColumns;
  let y = (first / patches.patchColumns) % patches.patchRows;
  let image = first / patches.patchColumns / patches.patchRows;
  // Whole patches inside the image are copied four numbers at a time, whatever the length of a run, except where that would read past the last image.
  const isWhole = steps == run * patches.filterHeight;
  const runBytes = <usize>run << 2;
  const imageBytes = <usize>imageRow << 2;
  const reach = <usize>(patches.filterHeight - 1) * imageBytes + (<usize>((run + 3) & ~3) << 2);
  const end = patches.source + <usize>(patches.images * patches.height) * imageBytes;
  for (let patch: i32 = 0; patch < count; patch++) {
    const left = (x * patches.stride - patches.left) * channels;
    const top = y * patches.stride - patches.top;
    const from = patches.source + (<usize>((image * patches.height + top) * imageRow + left) << 2);
    const isInside = top >= 0 && top + patches.filterHeight <= patches.height && left >= 0 && left + run <= imageRow;
    if (isWhole && isInside && from + reach <= end) copyRuns(target, from, patches.filterHeight, runBytes, imageBytes);
    else copyPart(patches, target, image, top + firstRow, left, firstColumn, steps);
    target += rowBytes;
    if (++x == patches.patchColumns) {
      x = 0;
      if (++y == patches.patchRows) {
        y = 0;
        image++;
      }
    }
  }
}

/** Copies `steps` numbers of a patch whose runs begin at number `left` of a row, from number `column` of the run in row `row` of an image on. */
// @ts-ignore: decorator
@inline
function copyPart(patches: Patches, to: usize, image: i32, row: i32, left: i32, column: i32, steps: i32): void {
  const run = patches.filterWidth * patches.channels;
  const imageRow = patches.width * patches.channels;
  while (steps > 0) {
    const length = min(run - column, steps);
    if (row < 0 || row >= patches.height) fillZeros(to, length);
    else copyRun(to, patches.source + (<usize>(image * patches.height + row) * <usize>imageRow << 2), left + column, length, imageRow);
    to += <usize>length << 2;
    steps -= length;
    column = 0;
    row++;
  }
}

/** Copies runs that lie below each other, each to behind the one before; up to 3 numbers behind the last are read and written too. */
// @ts-ignore: decorator
@inline
function copyRuns(to: usize, from: usize, runs: i32, runBytes: usize, imageBytes: usize): void {
  for (let run: i32 = 0; run < runs; run++) {
    let i: usize = 0;
    for (; i + 32 <= runBytes; i += 32) {
      const first = v128.load(from + i);
      const second = v128.load(from + i, 16);
      v128.store(to + i, first);
      v128.store(to + i, second, 16);
    }
    for (; i < runBytes; i += 16) v128.store(to + i, v128.load(from + i));
    to += runBytes;
    from += imageBytes;
  }
}

/** Copies `length` numbers of a row of `size`, from number `from` on; those outside are 0. */
// @ts-ignore: decorator
@inline
function copyRun(to: usize, row: usize, from: i32, length: i32, size: i32): void {
  const begin = min(length, max(-from, 0));
  const end = min(length, max(size - from, 0));
  if (begin > 0) fillZeros(to, begin);
  const source = row + (<usize>from << 2);
  let i = begin;
  for (; i + 4 <= end; i += 4) v128.store(to + (<usize>i << 2), v128.load(source + (<usize>i << 2)));
  for (; i < end; i++) store<f32>(to + (<usize>i << 2), load<f32>(source + (<usize>i << 2)));
  if (end < length) fillZeros(to + (<usize>end << 2), length - end);
}

function fillZeros(to: usize, count: i32): void {
  for (; count >= 4; count -= 4) {
    v128.store(to, f32x4.splat(0));
    to += 16;
  }
  for (; count > 0; count--) {
    store<f32>(to, 0);
    to += 4;
  }
}
