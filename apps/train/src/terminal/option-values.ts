import { InvalidArgumentError } from 'commander';

/** A parser of whole numbers from `minimum` up, for an option's value. */
export function integer(minimum: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value) || value < minimum)
      throw new InvalidArgumentError(`Expected a whole number of at least ${minimum}.`);
    return value;
  };
}

/** A whole number, negative ones included. */
export function seed(text: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('Expected a whole number.');
  return value;
}

/** A number above 0. */
export function positive(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** A number above 0 and below 1. */
export function fraction(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Expected a number between 0 and 1.');
  return value;
}

/** Widths of layers, as `64` or `128,128`. */
export function widths(text: string): number[] {
  const values = text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN));
  if (!values.every((value) => Number.isSafeInteger(value) && value >= 1)) {
    throw new InvalidArgumentError('Expected whole numbers of at least 1, separated by commas.');
  }
  return values;
}

/** Names separated by commas. */
export function nameList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Expected names separated by commas.');
  return names;
}
