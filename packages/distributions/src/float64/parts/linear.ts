import type { ActNorm, Bijector, Householder, LuLinear, Permute } from '@pushforward/bijectors';
import { invertPermutation } from '@pushforward/made';
import type { BijectorFormula, Events, FormulaBuilder, MappedEvents } from '../contract/formulas.js';
import { vectorsOf } from './vectors.js';

/** A map of each vector of a length, with one log-determinant for all. */
function eachVector(
  dim: number,
  logDetOfOne: number,
  map: (given: Float64Array, at: number, result: Float64Array) => void,
): (events: Events) => MappedEvents {
  return (events) => {
    const { vectors } = vectorsOf(events, dim);
    const values = new Float64Array(events.values.length);
    for (let v = 0; v < vectors; v++) map(events.values, v * dim, values);
    return { values, logDet: new Float64Array(events.count).fill((logDetOfOne * vectors) / events.count) };
  };
}

function checkUnconditional(name: string, { contextDim }: Bijector): void {
  if (contextDim > 0)
    throw new Error(`float64Density: ${name} with a context has no formula in float64; give it one in formulas`);
}

/** The same numbers in another order. */
export function permuteFormula({ dim, permutation }: Permute): BijectorFormula {
  const along = (indices: readonly number[]) =>
    eachVector(dim, 0, (given, at, result) => {
      for (const [i, index] of indices.entries()) result[at + i] = given[at + index];
    });
  return { forward: along(permutation), inverse: along(invertPermutation(permutation)) };
}

/** `y = x · exp(logScale) + loc`. */
export function actNormFormula(bijector: ActNorm, build: FormulaBuilder): BijectorFormula {
  checkUnconditional('ActNorm', bijector);
  const { dim, loc, logScale } = bijector;
  const [location, logs] = [build.numbers(loc), build.numbers(logScale)];
  const total = logs.reduce((sum, log) => sum + log, 0);
  return {
    forward: eachVector(dim, total, (given, at, result) => {
      for (let i = 0; i < dim; i++) result[at + i] = given[at + i] * Math.exp(logs[i]) + location[i];
    }),
    inverse: eachVector(dim, -total, (given, at, result) => {
      for (let i = 0; i < dim; i++) result[at + i] = (given[at + i] - location[i]) * Math.exp(-logs[i]);
    }),
  };
}

/** `y = P·L·U·x + b`; the inverse substitutes. */
export function luLinearFormula(bijector: LuLinear, build: FormulaBuilder): BijectorFormula {
  checkUnconditional('LuLinear', bijector);
  const { dim, weights, bias, permutation } = bijector;
  const [own, added] = [build.numbers(weights), build.numbers(bias)];
  // Stored transposed: Uᵀ is below the diagonal, Lᵀ above it.
  const upper = (i: number, j: number) => own[j * dim + i];
  const lower = (i: number, j: number) => own[j * dim + i];
  const logs = Array.from({ length: dim }, (_, i) => own[i * dim + i]);
  const total = logs.reduce((sum, log) => sum + log, 0);
  const places = permutation ?? Array.from({ length: dim }, (_, i) => i);
  const mixed = new Float64Array(dim);
  return {
    forward: eachVector(dim, total, (given, at, result) => {
      for (let i = 0; i < dim; i++) {
        mixed[i] = given[at + i] * Math.exp(logs[i]);
        for (let j = i + 1; j < dim; j++) mixed[i] += upper(i, j) * given[at + j];
      }
      for (let i = dim - 1; i > 0; i--) for (let j = 0; j < i; j++) mixed[i] += lower(i, j) * mixed[j];
      for (const [i, place] of places.entries()) result[at + i] = mixed[place] + added[i];
    }),
    inverse: eachVector(dim, -total, (given, at, result) => {
      for (const [i, place] of places.entries()) mixed[place] = given[at + i] - added[i];
      for (let i = 1; i < dim; i++) for (let j = 0; j < i; j++) mixed[i] -= lower(i, j) * mixed[j];
      for (let i = dim - 1; i >= 0; i--) {
        for (let j = i + 1; j < dim; j++) mixed[i] -= upper(i, j) * result[at + j];
        result[at + i] = mixed[i] * Math.exp(-logs[i]);
      }
    }),
  };
}

/** Reflections one after another: the last vector's first on the way forward. */
export function householderFormula(bijector: Householder, build: FormulaBuilder): BijectorFormula {
  checkUnconditional('Householder', bijector);
  const { dim, vectors } = bijector;
  const own = build.numbers(vectors);
  const all = Array.from({ length: own.length / dim }, (_, k) => own.subarray(k * dim, (k + 1) * dim));
  const along = (reflections: readonly Float64Array[]) =>
    eachVector(dim, 0, (given, at, result) => {
      for (let i = 0; i < dim; i++) result[at + i] = given[at + i];
      for (const vector of reflections) {
        let [product, square] = [0, 0];
        for (let i = 0; i < dim; i++) {
          product += vector[i] * result[at + i];
          square += vector[i] * vector[i];
        }
        for (let i = 0; i < dim; i++) result[at + i] -= (2 * product * vector[i]) / square;
      }
    });
  return { forward: along(all.toReversed()), inverse: along(all) };
}
