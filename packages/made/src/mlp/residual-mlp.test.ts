import { fill, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { rebuild } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { ResidualMlp } from './residual-mlp.js';

/** With the weights of the first test. */
function reference(x: number, c: number): number {
  const stream = 2 * x - c + 0.5;
  const added = -0.5 * Math.max(0, 3 * Math.max(0, stream) + 0.25) + 1.5;
  return 4 * (stream + added / (1 + Math.exp(0.2 - 0.75 * c))) - 3;
}

describe('ResidualMlp', () => {
  test('equals a float64 reference, gated by the context', async () => {
    using network = new ResidualMlp({ inputDim: 1, hidden: 1, blocks: 1, outputDim: 1, contextDim: 1, seed: 0 });
    const values = {
      'input.weights.0': 2,
      'input.contextWeights': -1,
      'input.biases.0': 0.5,
      'blocks.0.weights.0': 3,
      'blocks.0.weights.1': -0.5,
      'blocks.0.biases.0': 0.25,
      'blocks.0.biases.1': 1.5,
      'gates.0.weights.0': 0.75,
      'gates.0.biases.0': -0.2,
      'output.weights.0': 4,
      'output.biases.0': -3,
    };
    expect([...network.variables().keys()].toSorted()).toEqual(Object.keys(values).toSorted());
    for (const [path, variable] of network.variables())
      variable.assign(fill(variable.shape, values[path as keyof typeof values]));
    await expect(network.apply(tensor2d([[1], [-2]]), tensor1d([0.3]))).toBeAllClose([
      reference(1, 0.3),
      reference(-2, 0.3),
    ]);
  });

  test.each([
    { inputDim: 2, contextDim: 3 },
    { inputDim: 0, contextDim: 3 },
    { inputDim: 2, contextDim: 0 },
  ])('reads $inputDim inputs and a context of $contextDim, also as a copy', async ({ inputDim, contextDim }) => {
    using network = new ResidualMlp({ inputDim, hidden: 5, outputDim: 4, contextDim, activation: 'tanh', seed: 0 });
    using copy = rebuild(network);
    const context = contextDim === 0 ? undefined : zeros([7, contextDim]);
    const result = network.apply(zeros([7, inputDim]), context);
    expect(result.shape).toEqual([7, 4]);
    await expect(copy.apply(zeros([7, inputDim]), context)).toBeAllClose(result, { rtol: 0, atol: 0 });
  });

  test('refuses what does not fit', () => {
    expect(() => new ResidualMlp({ inputDim: 1, hidden: 0, outputDim: 1 })).toThrow(
      'ResidualMlp: hidden must be an integer of at least 1, got 0',
    );
    using network = new ResidualMlp({ inputDim: 2, hidden: 3, outputDim: 1, seed: 0 });
    expect(() => network.apply(zeros([1, 3]))).toThrow('ResidualMlp: x must be [..., 2], got [1, 3]');
  });
});
