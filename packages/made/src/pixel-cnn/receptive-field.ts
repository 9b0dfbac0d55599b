import type { DependencyGraph } from '../masks/graph.js';
import type { Mask } from '../masks/masks.js';

/** Where a masked filter looks: the pixels before its own in raster order, as rows and columns from its own. */
export function pixelsBefore(kernel: number): [down: number, right: number][] {
  const reach = (kernel - 1) / 2;
  const offsets: [number, number][] = [];
  for (let down = -reach; down <= 0; down++) {
    for (let right = -reach; right <= reach; right++) if (down < 0 || right < 0) offsets.push([down, right]);
  }
  return offsets;
}

/** Entry i is the group of channel i, of `count` channels in `groups` parts that are as equal as they can be. */
export function channelGroups(count: number, groups: number): number[] {
  return Array.from({ length: count }, (_, channel) => Math.floor((channel * groups) / count));
}

/**
 * The mask of a filter as a matrix of `[pixels × inputs, outputs]`, its own pixel last: what lies before is seen by all, and of its own pixel those inputs whose
 * group is below the output's, or equal to it unless `isStrict`.
 */
export function filterMask(
  before: number,
  inputs: readonly number[],
  outputs: readonly number[],
  isStrict: boolean,
): Mask {
  const others = Array.from({ length: before * inputs.length }, () => outputs.map(() => 1));
  return [...others, ...inputs.map((from) => outputs.map((to) => (from < to || (from === to && !isStrict) ? 1 : 0)))];
}

/**
 * Which dimensions depend on which: a pixel on those that a path of filters leads from, in an image of which nothing is seen from outside, and on the channels before
 * each of its own.
 *
 * @param layers how many masked filters of size `kernel` follow the first one, of size `firstKernel`
 */
export function pixelGraph(
  [height, width, channels]: readonly number[],
  firstKernel: number,
  kernel: number,
  layers: number,
): DependencyGraph {
  const [first, further] = [pixelsBefore(firstKernel), pixelsBefore(kernel)];
  const step = (from: ReadonlySet<number>, offsets: readonly [number, number][]): number[] =>
    [...from].flatMap((pixel) =>
      offsets.flatMap(([down, right]) => {
        const [row, column] = [Math.floor(pixel / width) + down, (pixel % width) + right];
        return row < 0 || column < 0 || column >= width ? [] : [row * width + column];
      }),
    );
  const dim = height * width * channels;
  return Array.from({ length: height * width }, (_, pixel) => {
    let reached = new Set([pixel]);
    for (let layer = 0; layer < layers; layer++) reached = new Set([...reached, ...step(reached, further)]);
    const parents = new Set(step(reached, first));
    return Array.from({ length: channels }, (_own, channel) =>
      Array.from({ length: dim }, (_source, source) => {
        const other = Math.floor(source / channels);
        return parents.has(other) || (other === pixel && source % channels < channel) ? 1 : 0;
      }),
    );
  }).flat();
}
