import { checkInteger, formatValue, key, type Key, permutation, randomBits, split } from '@pushforward/tensor';

/** The choice of hidden degrees: spread evenly over their range, or at random under a key. */
export type HiddenDegrees = 'even' | { random: number | Key };

/**
 * The degrees of one hidden layer, ascending.
 *
 * A unit of degree d sees the inputs of degree ≤ d, and is seen by the outputs of degree > d; inputs and outputs have the degrees
 * 1 … D in their order, and the context has degree 0. So a useful hidden degree is between 1, or 0 where there is a context, and
 * D − 1. The lowest and the highest are always among them (given two units), so that no unit of a neighbouring layer is left without
 * a source or a reader; a layer at least as wide as the range has all of them.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation", section 4.
 *
 * @param width the number of units
 * @param dim D
 * @param context whether there is a context
 * @throws Error for one dimension without a context: it depends on nothing
 *
 * @example
 * ```ts
 * import { hiddenDegrees } from '@pushforward/made';
 *
 * console.log(hiddenDegrees(6, 4, false)); // [ 1, 1, 2, 2, 3, 3 ]
 * ```
 */
export function hiddenDegrees(width: number, dim: number, context: boolean, choice: HiddenDegrees = 'even'): number[] {
  checkInteger('hiddenDegrees: width', width, 1);
  checkInteger('hiddenDegrees: dim', dim, context ? 1 : 2);
  const highest = dim - 1;
  const lowest = context ? 0 : 1;
  const count = highest - lowest + 1;
  const all = Array.from({ length: count }, (_, i) => lowest + i);
  if (width === 1) return [context ? lowest : highest];
  if (choice === 'even') {
    return width >= count
      ? Array.from({ length: width }, (_, j) => lowest + Math.floor((j * count) / width))
      : Array.from({ length: width }, (_, j) => lowest + Math.round((j * (count - 1)) / (width - 1)));
  }
  const seed = key(choice.random);
  if (width >= count) {
    const bits = randomBits(seed, width - count);
    return [...all, ...Array.from(bits, (word) => lowest + Math.floor((word / 2 ** 32) * count))].toSorted(
      (a, b) => a - b,
    );
  }
  const between = permutation(seed, count - 2).slice(0, width - 2);
  return [lowest, ...between.map((i) => lowest + 1 + i), highest].toSorted((a, b) => a - b);
}

/**
 * The degrees of every hidden layer, chosen or checked.
 *
 * @throws Error unless given degrees are ascending, one list for each layer, from 0 to D − 1
 */
export function resolveDegrees(
  choice: HiddenDegrees | readonly (readonly number[])[],
  hidden: readonly number[],
  dim: number,
  context: boolean,
): number[][] {
  if (choice === 'even') return hidden.map((width) => hiddenDegrees(width, dim, context));
  if (typeof choice !== 'object' || choice === null) {
    throw new Error(
      `Made: degrees must be 'even', { random } or ${hidden.length} lists of integers, got ${formatValue(choice)}`,
    );
  }
  if ('random' in choice) {
    const keys = split(key(choice.random), hidden.length);
    return hidden.map((width, l) => hiddenDegrees(width, dim, context, { random: keys[l] }));
  }
  const isValid = (degrees: readonly number[], l: number) =>
    Array.isArray(degrees) &&
    degrees.length === hidden[l] &&
    degrees.every((degree, j) => Number.isInteger(degree) && degree >= (degrees[j - 1] ?? 0) && degree < dim);
  if (!Array.isArray(choice) || choice.length !== hidden.length || !choice.every(isValid)) {
    throw new Error(
      `Made: degrees must be ${hidden.length} ascending lists of [${hidden.join(', ')}] integers from 0 to ${dim - 1}, got ${formatValue(choice)}`,
    );
  }
  return choice.map((degrees) => [...degrees]);
}
