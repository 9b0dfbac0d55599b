import { add, mul, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { foldIn, type Key, normal } from '@pushforward/tensor';
import { allClose } from '@pushforward/tensor/testing';
import type { Bijector } from '../../contract/bijector.js';
import { evaluate, type Point, toValues, type Values, type Way } from './evaluate.js';

/** How many events stand in the batch that the laws look at. */
export const ROWS = 6;

export const WAYS: readonly Way[] = ['forward', 'inverse'];

/** What the laws look at: a bijector with all its variables moved off their start, and points in the domain of either direction. */
export interface Subject {
  readonly bijector: Bijector;
  /** The shape of an argument's event in either direction. */
  readonly shapes: Readonly<Record<Way, readonly number[]>>;
  /** Which numbers of y determine the others. */
  readonly coordinates: readonly number[];
  readonly tolerance: number;
  readonly key: Key;
  readonly points: Readonly<Record<Way, Point>>;
  /** Points ten standard deviations wide. */
  readonly outliers: Readonly<Record<Way, Point>>;
}

export function opposite(way: Way): Way {
  return way === 'forward' ? 'inverse' : 'forward';
}

function nameOf(value: object): string {
  return value.constructor.name;
}

export function negated(values: ArrayLike<number>): number[] {
  return Array.from(values, (value) => -value);
}

/** Says which law does not hold of what, where, and by how much. */
export function broken(subject: object, law: string, found: string): never {
  throw new Error(`${nameOf(subject)} breaks the law of ${law}: ${found}`);
}

export function assertClose(
  subject: object,
  law: string,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  atol = tolerance,
): void {
  const difference = allClose(actual, expected, { rtol: tolerance, atol });
  if (difference) broken(subject, law, `${what}: ${difference}`);
}

/** A gradient sums many terms: it is compared on the scale of its largest number. */
export function assertGradientClose(
  subject: object,
  law: string,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  const scale = Array.from(expected).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  assertClose(subject, law, what, actual, expected, tolerance, tolerance * scale);
}

export async function normalValues(key: Key, shape: readonly number[]): Promise<Values> {
  return toValues(normal(key, shape));
}

/** Adds normal noise: what is zero or symmetric at the start would hide mistakes. */
export function addNoise(variables: readonly Variable[], key: Key, noise: number): void {
  for (const [i, variable] of variables.entries()) {
    tidy(() => variable.assign(add(variable, mul(normal(foldIn(key, i), variable.shape), noise)) as Tensor));
  }
}

/** Points for both directions: normal numbers of a standard deviation moved into the domain, and what the bijector makes of other ones. */
export async function pointsFor(
  bijector: Bijector,
  eventShape: readonly number[],
  domain: (x: Tensor) => Tensor,
  key: Key,
  deviation: number,
): Promise<Record<Way, Point>> {
  const inputOf = async (index: number) =>
    toValues(tidy(() => domain(mul(normal(foldIn(key, index), [ROWS, ...eventShape]), deviation))));
  const contextOf = async (index: number) =>
    bijector.contextDim > 0 ? normalValues(foldIn(key, index), [ROWS, bijector.contextDim]) : undefined;
  const forward = { input: await inputOf(0), context: await contextOf(1) };
  const source = { input: await inputOf(2), context: await contextOf(3) };
  const { value } = await evaluate(bijector, 'forward', source);
  return { forward, inverse: { input: value, context: source.context } };
}
