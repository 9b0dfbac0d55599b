import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import { DiscretizedLogistic, type DiscretizedLogisticOptions } from '@pushforward/distributions';

/** The values of x, evenly spaced. */
export type Grid = Required<DiscretizedLogisticOptions>;

/** A grid with its defaults; throws unless `high − low` is a positive multiple of a positive `step`. */
export function checkedGrid(name: string, { low, high, step }: DiscretizedLogisticOptions): Grid {
  try {
    const { low: first, high: last, step: distance } = new DiscretizedLogistic(0, 1, { low, high, step });
    return { low: first, high: last, step: distance };
  } catch (error) {
    throw new Error((error as Error).message.replace('DiscretizedLogistic', name), { cause: error });
  }
}

/** Half the width of the grid: decoders speak in a unit in which it goes from −1 to 1. */
export function halfWidth({ low, high }: Grid): number {
  return (high - low) / 2;
}

/** From the decoder's unit to that of x. */
export function toGrid(grid: Grid, output: Tensor): Tensor {
  return add(mul(output, halfWidth(grid)), (grid.low + grid.high) / 2);
}
