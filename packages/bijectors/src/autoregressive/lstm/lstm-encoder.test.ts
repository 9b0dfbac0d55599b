import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { DeepSet } from '@pushforward/made';
import { describe, expect, test } from 'vitest';
import { EmbedContext } from '../../combinators/context/embed-context.js';
import { maf } from '../../factories/maf-iaf.js';
import { checkBijector } from '../../testing/index.js';
import { LstmEncoder } from './lstm-encoder.js';

const options = { steps: 3, features: 2, hidden: [4, 3], outputDim: 2, seed: 0 } as const;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const zeros = (width: number) => Array.from({ length: width }, () => 0);

/** The formula of the doc comment in float64. */
async function reference(network: LstmEncoder, sequence: readonly number[]): Promise<number[]> {
  const data = new Map(
    await Promise.all([...network.variables()].map(async ([path, of]) => [path, await of.data()] as const)),
  );
  const memories = network.hidden.map((width) => ({ state: zeros(width), cell: zeros(width) }));
  for (let step = 0; step < network.steps; step++) {
    let input = sequence.slice(step * network.features, (step + 1) * network.features);
    for (const [l, width] of network.hidden.entries()) {
      const all = [...input, ...memories[l].state];
      const gates = Array.from({ length: 4 * width }, (_, column) =>
        all.reduce(
          (total, value, row) => total + value * data.get(`layers.${l}`)![row * 4 * width + column],
          data.get(`biases.${l}`)![column],
        ),
      );
      const cell = memories[l].cell.map(
        (c, i) => sigmoid(gates[width + i]) * c + sigmoid(gates[i]) * Math.tanh(gates[3 * width + i]),
      );
      input = cell.map((c, i) => sigmoid(gates[2 * width + i]) * Math.tanh(c));
      memories[l] = { state: input, cell };
    }
  }
  const last = memories.at(-1)!.state;
  return Array.from({ length: network.outputDim }, (_, column) =>
    last.reduce(
      (total, value, row) => total + value * data.get('output.weights.0')![row * network.outputDim + column],
      data.get('output.biases.0')![column],
    ),
  );
}

describe('LstmEncoder', () => {
  test('equals the formula in float64', async () => {
    const network = new LstmEncoder(options);
    const sequence = [0.7, -1.2, 2, 0.3, -0.4, 1.1];
    await expect(network.apply(tensor1d(sequence))).toBeAllClose(await reference(network, sequence), { atol: 1e-6 });
  });

  test('of padded sequences reads the steps that there are', async () => {
    const padded = new LstmEncoder({ ...options, steps: 5, padded: true });
    const expected = await reference(new LstmEncoder(options), [1, 2, -0.5, 0, 0.3, 1]);
    const sequence = tensor1d([1, 2, 1, 9, 9, 0, -0.5, 0, 1, 0.3, 1, 1, -7, 5, 0]);
    await expect(padded.apply(sequence)).toBeAllClose(expected, { atol: 1e-6 });
  });

  test('is the same once rebuilt, and leaks nothing', async () => {
    const network = new LstmEncoder({ ...options, padded: true });
    const x = normal(key(1), [2, 3, 9]);
    expect(network.apply(x).shape).toEqual([2, 3, 2]);
    await expect(network.clone().apply(x)).toBeAllClose(network.apply(x), { rtol: 0, atol: 0 });
    await expect(() => network.apply(x)).toLeakNoTensor();
  });

  test('refuses what does not fit', () => {
    expect(() => new LstmEncoder({ ...options, hidden: [] })).toThrow(
      'LstmEncoder: hidden must name at least one width, got none',
    );
    expect(() => new LstmEncoder(options).apply(tensor2d([[1, 2]]))).toThrow(
      'LstmEncoder: x must be [..., 6], got [1, 2]',
    );
  });
});

// What is trained, saved and refused with a flow.
test.each([
  ['a sequence', () => new LstmEncoder({ steps: 3, features: 1, hidden: [3], outputDim: 2, seed: 0 })],
  [
    'a padded set',
    () =>
      new DeepSet({
        items: 2,
        features: 1,
        padded: true,
        hidden: [4],
        width: 3,
        outputDim: 2,
        activation: 'tanh',
        seed: 0,
      }),
  ],
  [
    'a set',
    () => new DeepSet({ items: 3, features: 1, hidden: [4], width: 3, outputDim: 2, activation: 'tanh', seed: 0 }),
  ],
])('a flow whose context is %s obeys the laws', async (_, network) => {
  const make = () => new EmbedContext(maf({ dim: 2, transforms: 2, hidden: [6], contextDim: 2, seed: 0 }), network());
  await checkBijector(make, { eventShape: [2], noise: 0.3, steps: 4 });
});
