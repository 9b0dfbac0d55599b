import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { rebuild } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { Mlp } from './mlp.js';

const x = tensor2d([
  [1, 2],
  [-1, 0.5],
]);

const make = (options: object) => () => new Mlp({ inputDim: 1, hidden: [], outputDim: 2, seed: 0, ...options });

describe('Mlp', () => {
  // relu(x·W + c·V + b)·U + d in float64.
  test('equals a float64 reference', async () => {
    const network = new Mlp({ inputDim: 2, hidden: [3], outputDim: 2, contextDim: 1, seed: 0 });
    network.weights[0].assign(
      tensor2d([
        [1, -2, 0.5],
        [0.25, 1, -1],
      ]),
    );
    network.contextWeights!.assign(tensor2d([[1, 2, 3]]));
    network.weights[1].assign(
      tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    );
    network.biases[0].assign(tensor1d([0.5, -0.5, 0.1]));
    network.biases[1].assign(tensor1d([-1, 1]));
    await expect(network.apply(x, tensor1d([0.3]))).toBeAllClose(
      tensor2d([
        [1.6, 6],
        [6.8, 11.4],
      ]),
    );
  });

  test.each([
    { inputDim: 2, contextDim: 0, weights: ['weights.0', 'weights.1'], shape: [2, 4] },
    { inputDim: 2, contextDim: 3, weights: ['weights.0', 'weights.1', 'contextWeights'], shape: [2, 4] },
    { inputDim: 0, contextDim: 3, weights: ['weights.0', 'weights.1'], shape: [2, 4] },
    { inputDim: 0, contextDim: 0, weights: [], shape: [4] },
  ])(
    'reads $inputDim inputs and a context of $contextDim, also as a copy',
    async ({ inputDim, contextDim, weights, shape }) => {
      using network = new Mlp({ inputDim, hidden: [5], outputDim: 4, contextDim, activation: 'tanh', seed: 0 });
      const biases = weights.length === 0 ? ['biases.0'] : ['biases.0', 'biases.1'];
      expect([...network.variables().keys()]).toEqual([...weights, ...biases]);
      using copy = rebuild(network);
      const [input, context] = [inputDim === 0 ? zeros([2, 0]) : x, contextDim === 0 ? undefined : zeros([2, 3])];
      const result = network.apply(input, context);
      expect(result.shape).toEqual(shape);
      await expect(copy.apply(input, context)).toBeAllClose(result, { rtol: 0, atol: 0 });
    },
  );

  test('starts at its output’s bias where the output weights start at 0', async () => {
    const options = { inputDim: 2, hidden: [64], outputDim: 2, contextDim: 2, outputBias: [7, -8], seed: 0 };
    const network = new Mlp({ ...options, init: 'identity' });
    await expect(network.apply(x, tensor1d([9, 9]))).toBeAllClose(
      tensor2d([
        [7, -8],
        [7, -8],
      ]),
    );
  });

  test.each([
    ['uniform', 0.01],
    ['orthogonal', 0.01],
  ] as const)('starts near it with weights that are %s', async (init, least) => {
    const network = new Mlp({ inputDim: 2, hidden: [64], outputDim: 2, init, seed: 0 });
    const [values, bound] = [await network.weights[1].data(), Math.sqrt(3 / 64)];
    expect(Math.max(...values)).toBeGreaterThan(least);
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(bound);
  });

  test('refuses what is out of range', () => {
    expect(make({ inputDim: -1 })).toThrow('Mlp: inputDim must be an integer of at least 0, got -1');
    expect(make({ outputDim: 0 })).toThrow('Mlp: outputDim must be an integer of at least 1, got 0');
    expect(make({ contextDim: 0.5 })).toThrow('Mlp: contextDim must be an integer of at least 0, got 0.5');
    expect(make({ hidden: [0] })).toThrow('Mlp: hidden must be an integer of at least 1, got 0');
    expect(make({ outputBias: [1] })).toThrow('Mlp: outputBias must be 2 numbers, got 1');
    expect(make({ activation: 'sin' })).toThrow('Mlp: activation must be one of');
    expect(make({ init: 'zeros' })).toThrow("Mlp: init must be 'uniform', 'identity' or 'orthogonal', got 'zeros'");
    expect(() => make({ contextDim: 2 })().apply(zeros([1]))).toThrow('Mlp: context must be [..., 2], got none');
  });
});
