import { UsageError } from '../terminal/errors.js';

const HEADS = 4;

/**
 * The blocks of attention that a list of widths asks for: one block a width.
 *
 * @throws UsageError if the widths differ, or the heads cannot share them
 */
export function attentionBlocks(widths: readonly number[]): { width: number; blocks: number; heads: number } {
  const [width] = widths;
  if (widths.some((other) => other !== width) || width % HEADS !== 0) {
    throw new UsageError(`attention needs blocks of one width that is a multiple of ${HEADS}, got ${widths.join(',')}`);
  }
  return { width, blocks: widths.length, heads: HEADS };
}
