import { add, mul, sum, type Tensor, variable, variableGrads } from '@tensorflow/tfjs-core';
import { foldIn, key, normal } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import type { AffineForm } from '../affine/contract.js';
import type { MaskedNetwork } from './contract.js';
import { hasMaskedNetworkKernels, maskedTransform } from './masked-network.js';

const FORM: AffineForm = { logScale: 'bounded', bound: 3, sign: 1, before: 1, after: 0 };

// Two of five dimensions pass.
const NETWORK: MaskedNetwork = {
  order: [3, 1, 0, 4, 2],
  starts: [0, 2, 5],
  passing: 2,
  activation: 'silu',
  layers: [
    { from: 0, isOutput: false, starts: [0, 0, 11] },
    { from: 1, isOutput: true, starts: [0, 0, 6] },
  ],
};

/** The value, the log-determinant, and the gradients of a sum of both. */
function evaluate(arrays: Tensor[], sequential: boolean): Tensor[] {
  const variables = arrays.map((array) => variable(array));
  const run = () => {
    const [input, first, second, bias] = variables;
    return maskedTransform(NETWORK, { input, weights: [first, second], offsets: [bias, undefined] }, FORM, sequential);
  };
  const { value, logDet } = run();
  const { grads } = variableGrads(() => {
    const own = run();
    return add(
      sum(mul(own.value, normal(key(8), value.shape))),
      sum(mul(own.logDet, normal(key(9), logDet.shape))),
    ).asScalar();
  }, variables);
  return [value, logDet, ...variables.map(({ name }) => grads[name])];
}

test.runIf(hasMaskedNetworkKernels()).each([1, 2, 5, 40])(
  'dimensions that pass are the same from both sides: so both directions agree, for %i events',
  async (rows) => {
    const shapes = [[rows, 5], [2, 11], [11, 6], [11]];
    const arrays = shapes.map((shape, i) => normal(foldIn(key(0), i), shape));
    const parallel = evaluate(arrays, false);
    const sequential = evaluate(arrays, true);
    for (const [i, result] of parallel.entries())
      await expect(sequential[i]).toBeAllClose(result, { rtol: 1e-4, atol: 1e-4 });
    const [given, values] = await Promise.all([
      arrays[0].array() as Promise<number[][]>,
      parallel[0].array() as Promise<number[][]>,
    ]);
    for (const [row, own] of given.entries()) expect([values[row][3], values[row][1]]).toEqual([own[3], own[1]]);
  },
);
