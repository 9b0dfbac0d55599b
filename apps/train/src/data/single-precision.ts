import { excerpt } from '../printable.js';

/** The largest number of float32, in which models compute. */
export const LARGEST = 3.4028234663852886e38;
/** Float32's smallest number with all its digits. */
export const SMALLEST = 2 ** -126;

/** What to tell of a column with numbers below {@link SMALLEST}. */
export function tinyNotice(name: string, count: number): string {
  return `column "${excerpt(name, 40)}" has ${count} numbers below 1.2e-38, of which single precision keeps few digits or none: another unit would help`;
}
