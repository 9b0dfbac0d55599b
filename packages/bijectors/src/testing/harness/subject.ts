import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { foldIn, type Key, normal } from '@pushforward/tensor';
import { normalValues, readValues } from '@pushforward/tensor/testing';
import type { Bijector } from '../../contract/bijector.js';
import { evaluate, type Point, type Way } from './evaluate.js';

/** The number of events in the batch that the laws look at. */
export const ROWS = 6;

export const WAYS: readonly Way[] = ['forward', 'inverse'];

/** The subject of the laws: a bijector with all its variables moved off their start, and points in the domain of either direction. */
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

export function negated(values: ArrayLike<number>): number[] {
  return Array.from(values, (value) => -value);
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
    (await readValues(() => [domain(mul(normal(foldIn(key, index), [ROWS, ...eventShape]), deviation))]))[0];
  const contextOf = async (index: number) =>
    bijector.contextDim > 0 ? normalValues(foldIn(key, index), [ROWS, bijector.contextDim]) : undefined;
  const forward = { input: await inputOf(0), context: await contextOf(1) };
  const source = { input: await inputOf(2), context: await contextOf(3) };
  const { value } = await evaluate(bijector, 'forward', source);
  return { forward, inverse: { input: value, context: source.context } };
}
