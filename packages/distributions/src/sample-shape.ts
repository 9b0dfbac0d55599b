import { checkInteger } from '@pushforward/tensor';

/** A count or a sample shape, as a sample shape. */
export function sampleShape(name: string, count: number | readonly number[]): readonly number[] {
  const shape = typeof count === 'number' ? [count] : count;
  for (const size of shape) checkInteger(`${name}: count`, size, 0);
  return shape;
}
