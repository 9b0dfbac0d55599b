import { readdirSync, readFileSync } from 'node:fs';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type Bijector, bijectorModules } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { float64Density } from '@pushforward/distributions/float64';
import { madeModules } from '@pushforward/made';
import { buildModule, type Json } from '@pushforward/tensor';
import { allClose } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';

type Numbers = number[] | number[][];

/** A flow of another library, in float64. Weights and inputs are exact in float32 too. */
interface Reference {
  source: string;
  bijector: Json;
  variables: Record<string, Numbers>;
  context?: number[][];
  x: number[][];
  logProb: number[];
  noise: number[][];
  samples: number[][];
  samplesLogProb: number[];
}

const folder = new URL('references/', import.meta.url);
const references = readdirSync(folder).map(
  (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Reference,
);

/** Ours, with their weights, the masked ones included. */
function rebuild({ bijector: config, variables, noise }: Reference): Transformed {
  const bijector = buildModule<Bijector>(config, [...madeModules, ...bijectorModules]);
  const own = bijector.variables();
  expect([...own.keys()].toSorted()).toEqual(Object.keys(variables).toSorted());
  for (const [path, variable] of own) variable.assign(tensor(variables[path]));
  return new Transformed(new StandardNormal(noise[0].length), bijector);
}

function standardNormalLogProb(row: readonly number[]): number {
  return row.reduce((total, z) => total - (z * z + Math.log(2 * Math.PI)) / 2, 0);
}

// Beside the relative 1e-5, an absolute 1e-6 for those numbers that are next to 0: what float32 keeps of the terms they are the sum of.
const TOLERANCE = { rtol: 1e-5, atol: 1e-6 };

describe.each(references)('$source', (reference) => {
  const context: Tensor | undefined = reference.context && tensor(reference.context);

  test('log-densities', async () => {
    const flow = rebuild(reference);
    await expect(flow.logProb(tensor(reference.x), context)).toBeAllClose(tensor(reference.logProb), TOLERANCE);
  });

  test('log-densities in float64', async () => {
    const { logProb } = await float64Density(rebuild(reference));
    // The quadratic that nflows inverts a spline with cancels down to 3e-9; all else agrees to 1e-12.
    const tolerance = reference.source.includes('NSF of coupling layers') ? 1e-8 : 1e-12;
    const given = reference.context && Float64Array.from(reference.context.flat());
    for (const [x, expected] of [
      [reference.x, reference.logProb],
      [reference.samples, reference.samplesLogProb],
    ] as const) {
      const values = logProb(Float64Array.from(x.flat()), given);
      expect(allClose(values, expected, { rtol: tolerance, atol: tolerance })).toBeNull();
    }
  });

  test('samples from fixed noise, and their log-determinants', async () => {
    const flow = rebuild(reference);
    const { value, logDet } = flow.bijector.forwardAndLogDet(tensor(reference.noise), context);
    await expect(value).toBeAllClose(tensor(reference.samples), TOLERANCE);
    // The log-densities of the samples are differences of two terms of opposite sign, and say less about ours than the term that ours computes.
    const expected = reference.noise.map((row, i) => standardNormalLogProb(row) - reference.samplesLogProb[i]);
    await expect(logDet).toBeAllClose(tensor(expected), TOLERANCE);
  });
});
