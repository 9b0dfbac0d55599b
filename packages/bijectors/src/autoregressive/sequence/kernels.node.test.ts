import {
  add,
  getBackend,
  mul,
  setBackend,
  sum,
  type Tensor,
  tensor,
  tidy,
  variable,
  variableGrads,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { Autoregressive } from '../autoregressive.js';
import type { ElementwiseTransform } from '../../contract/elementwise-transform.js';
import { AffineTransform } from '../../elementwise/affine/affine.js';
import { GateTransform } from '../../elementwise/affine/gate.js';
import { ShiftTransform } from '../../elementwise/affine/shift.js';
import { AttentionConditioner, type AttentionConditionerOptions } from '../attention/attention-conditioner.js';
import { LstmConditioner, type LstmConditionerOptions } from '../lstm/lstm-conditioner.js';
import type { SequenceConditioner } from './sequence-conditioner.js';

// On wasm a kernel computes the whole conditioner, on cpu it is composed of tf ops, position by position.

type Make = (parameterCount: number) => SequenceConditioner;

const lstm =
  (options: Omit<LstmConditionerOptions, 'parameterCount'>): Make =>
  (parameterCount) =>
    new LstmConditioner({ ...options, parameterCount, seed: 0 });

const attention =
  (options: Omit<AttentionConditionerOptions, 'parameterCount'>): Make =>
  (parameterCount) =>
    new AttentionConditioner({ ...options, parameterCount, seed: 0 });

// 273: more events than the chunks of a gradient have tiles, which has nothing to do with how many dimensions there are.
const few = [0, 5, 17];
const many = [0, 1, 5, 17, 273];

const networks: [string, Make, number[]][] = [
  ['LSTM of one layer', lstm({ dim: 4, hidden: [5], order: 'reverse' }), few],
  ['LSTM of one dimension', lstm({ dim: 1, hidden: [3] }), many],
  ['LSTM of one dimension with context', lstm({ dim: 1, hidden: [3, 2], contextDim: 2 }), many],
  ['LSTM of two dimensions with context', lstm({ dim: 2, hidden: [3], contextDim: 1 }), many],
  ['LSTM of two layers with context', lstm({ dim: 3, hidden: [4, 7], contextDim: 2, order: [2, 0, 1] }), few],
  ['LSTM of three layers', lstm({ dim: 11, hidden: [9, 6, 1], order: { random: 1 } }), [17]],
  ['LSTM of more positions than a block', lstm({ dim: 19, hidden: [16], contextDim: 1 }), [17]],
  ['attention in one block', attention({ dim: 4, width: 6, heads: 2, blocks: 1, mlp: 5, order: 'reverse' }), few],
  ['attention of one dimension', attention({ dim: 1, width: 4, heads: 2, blocks: 1, mlp: 4 }), many],
  [
    'attention of one dimension with context',
    attention({ dim: 1, width: 4, heads: 1, blocks: 2, mlp: 4, contextDim: 2, activation: 'silu' }),
    many,
  ],
  [
    'attention of two dimensions with context',
    attention({ dim: 2, width: 4, heads: 2, blocks: 1, mlp: 3, contextDim: 1 }),
    many,
  ],
  [
    'attention in two blocks with context',
    attention({ dim: 3, width: 8, heads: 2, blocks: 2, mlp: 7, contextDim: 2, order: [2, 0, 1], activation: 'tanh' }),
    few,
  ],
  [
    'attention in three blocks',
    attention({ dim: 11, width: 15, heads: 3, blocks: 3, mlp: 10, order: { random: 1 }, activation: 'elu' }),
    [17],
  ],
  [
    'attention over more positions than a block',
    attention({ dim: 19, width: 12, heads: 2, blocks: 1, mlp: 9, contextDim: 1, activation: 'softplus' }),
    [17],
  ],
];

const transforms: ElementwiseTransform[] = [
  new ShiftTransform(),
  new AffineTransform({ bound: 2 }),
  new AffineTransform({ bound: null }),
  new GateTransform(),
];

/** Numbers by name: what comes of a computation on a backend. */
type Figures = Map<string, { shape: number[]; data: Float32Array }>;

async function on(backendName: string, compute: () => Record<string, Tensor>): Promise<Figures> {
  const before = getBackend();
  await setBackend(backendName);
  const results = tidy(compute);
  const figures: Figures = new Map();
  for (const [name, result] of Object.entries(results)) {
    figures.set(name, { shape: result.shape, data: (await result.data()) as Float32Array });
    result.dispose();
  }
  await setBackend(before);
  return figures;
}

/** To 1e-5 of the largest number of each result, or of the typical summand 0.1 where terms cancel: sums of float32 differ by their order. */
function expectEqual(ours: Figures, reference: Figures): void {
  expect([...ours.keys()]).toEqual([...reference.keys()]);
  for (const [name, { shape, data }] of reference) {
    expect(ours.get(name)!.shape, name).toEqual(shape);
    const largest = data.reduce((size, number) => Math.max(size, Math.abs(number)), 0);
    const worst = data.reduce((error, number, i) => Math.max(error, Math.abs(number - ours.get(name)!.data[i])), 0);
    expect(worst, `${name}: error, largest ${largest}`).toBeLessThanOrEqual(1e-5 * Math.max(largest, 0.1));
  }
}

/** Numbers that are the same on every backend. */
const noise = (seed: number, shape: readonly number[], scale = 1) =>
  tidy(() => mul(normal(key(seed), shape as number[]), scale));

/** With weights of moderate size: going position by position, errors grow with the product of the scales. */
function perturbed(make: Make, parameterCount: number): SequenceConditioner {
  const conditioner = make(parameterCount);
  [...conditioner.variables().values()].forEach((variable, i) => {
    const scale = variable.rank === 2 ? 0.5 / Math.sqrt(variable.shape[0]) : 0.2;
    tidy(() => variable.assign(add(variable, noise(100 + i, variable.shape, scale)) as never));
  });
  return conditioner;
}

describe.each(networks)('%s', (_, make, counts) => {
  test.each(counts)(
    'for %i events: parameters and steps in both directions, with gradients, are those of plain operations',
    async (rows) => {
      // Every form for a part of a tile of a few dimensions: how many events and dimensions there are has nothing to do with it.
      using one = make(1);
      for (const transform of rows === 5 && one.dim <= 4 ? transforms : transforms.slice(1, 2)) {
        const conditioner = perturbed(make, transform.parameterCount);
        using layer = new Autoregressive(conditioner, transform, 'forward');
        const { dim, contextDim, parameterCount } = conditioner;
        const [x, cotangent, logDetCotangent] = [noise(1, [rows, dim]), noise(2, [rows, dim]), noise(3, [rows])];
        const inputs = contextDim > 0 ? [x, noise(4, [rows, contextDim])] : [x];
        const compute = () => {
          const results: Record<string, Tensor> = { parameters: conditioner.parameters(inputs[0], inputs[1]) };
          const ways: Record<string, { run: (...inputs: Tensor[]) => Tensor[]; cotangents: Tensor[] }> = {
            parameters: {
              run: (...[x, context]) => [conditioner.parameters(x, context)],
              cotangents: [noise(5, [rows, dim, parameterCount])],
            },
          };
          for (const direction of ['forwardAndLogDet', 'inverseAndLogDet'] as const) {
            const run = (...[x, context]: Tensor[]) => {
              const { value, logDet } = layer[direction](x, context);
              return [value, logDet];
            };
            ways[direction] = { run, cotangents: [cotangent, logDetCotangent] };
            const [value, logDet] = run(...inputs);
            Object.assign(results, { [`${direction}: value`]: value, [`${direction}: logDet`]: logDet });
          }
          // As variables, the inputs take part in the same pass as the conditioner's own. Of no events, plain operations leave no gradient behind.
          const given = inputs.map((input) => variable(input));
          for (const [way, { run, cotangents }] of Object.entries(ways)) {
            const { grads } = variableGrads(() =>
              run(...given)
                .map((result, i) => sum(mul(result, cotangents[i])))
                .reduce((a, b) => add(a, b))
                .asScalar(),
            );
            given.forEach(
              ({ name }, i) => (results[`${way}: gradient of input ${i}`] = grads[name] ?? zerosLike(inputs[i])),
            );
            for (const [path, { name }] of conditioner.variables())
              results[`${way}: gradient of ${path}`] = grads[name];
          }
          for (const input of given) input.dispose();
          return results;
        };
        expectEqual(await on(getBackend(), compute), await on('cpu', compute));
      }
    },
  );

  test('NaN stays in its row, and in the dimensions from its own on', async () => {
    const conditioner = perturbed(make, 2);
    using layer = new Autoregressive(conditioner, new AffineTransform(), 'forward');
    const { dim, contextDim, order } = conditioner;
    const rows = 21;
    const data = Array.from((await noise(1, [rows, dim]).data()) as Float32Array);
    const context = contextDim > 0 ? noise(2, [rows, contextDim]) : undefined;
    const run = async (numbers: number[], direction: 'forwardAndLogDet' | 'inverseAndLogDet') => {
      const { value, logDet } = layer[direction](tensor(numbers, [rows, dim]), context);
      return [(await value.array()) as number[][], (await logDet.array()) as number[]] as const;
    };
    const place = Math.floor(dim / 2);
    // In the middle of a tile, and in the last row, which missing lanes repeat.
    const poisoned = data.map((number, i) =>
      [3, rows - 1].includes(Math.floor(i / dim)) && i % dim === order[place] ? Number.NaN : number,
    );
    for (const direction of ['forwardAndLogDet', 'inverseAndLogDet'] as const) {
      const [clean, cleanLogDet] = await run(data, direction);
      const [value, logDet] = await run(poisoned, direction);
      for (let row = 0; row < rows; row++) {
        if (row !== 3 && row !== rows - 1) {
          expect(value[row]).toEqual(clean[row]);
          expect(logDet[row]).toBe(cleanLogDet[row]);
          continue;
        }
        order.forEach((dimension, position) =>
          expect(value[row][dimension]).toEqual(position < place ? clean[row][dimension] : Number.NaN),
        );
      }
    }
  });
});
