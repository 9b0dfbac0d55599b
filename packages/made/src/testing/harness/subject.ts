import { add, mul, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { foldIn, type Key, normal } from '@pushforward/tensor';
import { allClose } from '@pushforward/tensor/testing';
import type { Conditioner } from '../../contract/conditioner.js';

/** How many events stand in the batch that the laws look at. */
export const ROWS = 8;

/** A tensor's numbers outside the backend, so that nothing has to be disposed of between two laws. */
export interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** What the laws look at: a conditioner with all its variables moved off their start, and a point `[ROWS, D]`. */
export interface Subject {
  readonly conditioner: Conditioner;
  readonly tolerance: number;
  readonly key: Key;
  readonly x: Values;
  readonly context?: Values;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function toTensor({ data, shape }: Values): Tensor {
  return tensor(Float32Array.from(data), [...shape], 'float32');
}

/** The first rows, under another batch shape. */
export function withBatch({ data, shape }: Values, batch: readonly number[]): Values {
  return { data: Array.from(data).slice(0, sizeOf(batch) * shape[1]), shape: [...batch, shape[1]] };
}

/** Computes some tensors, and reads them back. */
export async function read(run: () => readonly Tensor[]): Promise<Values[]> {
  const results = tidy(() => [...run()]);
  const values = await Promise.all(
    results.map(async (result) => ({ data: await result.data(), shape: [...result.shape] })),
  );
  for (const result of results) result.dispose();
  return values;
}

/** Says which law does not hold of what, where, and by how much. */
export function broken(conditioner: Conditioner, law: string, found: string): never {
  throw new Error(`${conditioner.constructor.name} breaks the law of ${law}: ${found}`);
}

export function assertClose(
  conditioner: Conditioner,
  law: string,
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  const difference = allClose(actual, expected, { rtol: tolerance, atol: tolerance });
  if (difference) broken(conditioner, law, `${what}: ${difference}`);
}

/** Adds normal noise: what is zero or symmetric at the start would hide mistakes. */
export function addNoise(variables: readonly Variable[], key: Key, noise: number): void {
  for (const [i, variable] of variables.entries()) {
    tidy(() => variable.assign(add(variable, mul(normal(foldIn(key, i), variable.shape), noise))));
  }
}

export async function normalValues(key: Key, shape: readonly number[]): Promise<Values> {
  const [values] = await read(() => [normal(key, shape)]);
  return values;
}
