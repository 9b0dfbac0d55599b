import { checkInteger, formatValue } from '@pushforward/tensor';

/** A count or a sample shape, as a sample shape. */
export function sampleShape(name: string, count: number | readonly number[]): readonly number[] {
  const shape = typeof count === 'number' ? [count] : count;
  if (!Array.isArray(shape))
    throw new Error(`${name}: count must be an integer or a list of them, got ${formatValue(count)}`);
  for (const size of shape) checkInteger(`${name}: count`, size, 0);
  return shape;
}
