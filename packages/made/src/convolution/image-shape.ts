import { checkIntegers, formatValue } from '@pushforward/tensor';

/** Height, width and channels of an image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Throws unless `value` is a height, a width and a number of channels. */
export function checkImageShape(name: string, value: unknown): asserts value is ImageShape {
  checkIntegers(name, value, 1);
  if (value.length !== 3) throw new Error(`${name} must be [height, width, channels], got ${formatValue(value)}`);
}

/** The sizes of an image that is halved again and again, itself first; an odd size is rounded up. */
export function halvings([height, width]: readonly number[], count: number): [height: number, width: number][] {
  const sizes: [number, number][] = [[height, width]];
  for (let i = 0; i < count; i++) sizes.push([Math.ceil(sizes[i][0] / 2), Math.ceil(sizes[i][1] / 2)]);
  return sizes;
}
