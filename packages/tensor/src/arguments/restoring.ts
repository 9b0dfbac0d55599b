import { sizeOf } from './size-of.js';
import type { Variable } from '@tensorflow/tfjs-core';

/** The stored data of a module that is being rebuilt: nothing larger may be made. */
interface Allowance {
  /** The number of variables of each type and shape that may still be made. */
  readonly variables: Map<string, number>;
  /** The largest number that may be a size. */
  readonly largest: number;
  /** Modules and variables made so far, to be freed if the rest fails. */
  readonly made: { dispose(): void }[];
}

let allowance: Allowance | undefined;

/** However few numbers a file holds, sizes up to this one pass: a permutation or an event of this length takes some megabytes. */
const SMALL = 2 ** 20;

/** A variable without its values. */
export interface VariableShape {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * Runs what builds a module for variables that are known already: {@link makeVariable} then makes those alone, without their initial
 * values, and no size may exceed what they and the configuration hold. If it throws, everything that it made is freed.
 *
 * @param variables one for each path, tied ones as often as they occur
 * @param textLength the length of the configuration
 */
export function restoring<T>(variables: readonly VariableShape[], textLength: number, build: () => T): T {
  const counts = new Map<string, number>();
  for (const own of variables) counts.set(nameOf(own), (counts.get(nameOf(own)) ?? 0) + 1);
  const numbers = variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const outer = allowance;
  const own = (allowance = {
    variables: counts,
    largest: Math.max(SMALL, numbers + textLength),
    made: [] as { dispose(): void }[],
  });
  try {
    return build();
  } catch (error) {
    for (const made of own.made.toReversed()) disposeWhole(made);
    throw error;
  } finally {
    allowance = outer;
  }
}

/** A module whose constructor threw may lack what its `dispose` expects. */
function disposeWhole(made: { dispose(): void }): void {
  try {
    made.dispose();
  } catch {
    // Its variables are freed already: Module's own dispose comes first.
  }
}

/** The largest number that may be a size now. */
export function largestSize(): number {
  return allowance?.largest ?? Infinity;
}

/** Whether a module is being rebuilt, whose variables will get their values afterwards. */
export function isRestoring(): boolean {
  return allowance !== undefined;
}

/** Remembers what a failing restoration has to free. */
export function rememberMade(made: { dispose(): void }): void {
  allowance?.made.push(made);
}

/** @throws Error if there is no variable of this type and shape left */
export function takeVariable(wanted: VariableShape): void {
  const name = nameOf(wanted);
  const left = allowance?.variables.get(name) ?? 0;
  if (left === 0)
    throw new Error(
      `a variable ${name} is wanted, of which there are ${allowance?.variables.has(name) ? 'no more' : 'none'}`,
    );
  allowance!.variables.set(name, left - 1);
}

function nameOf({ dtype, shape }: VariableShape | Variable): string {
  return `${dtype} [${shape.join(', ')}]`;
}
