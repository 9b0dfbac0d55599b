import {
  memory,
  profile,
  type Scalar,
  sum,
  tensor,
  type Tensor,
  tidy,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { checkConditioner } from '@pushforward/made/testing';
import { describe, expect, test } from 'vitest';
import { addNoise } from '@pushforward/tensor/testing';
import { AffineTransform } from '../../elementwise/affine/affine.js';
import { LstmConditioner, type LstmConditionerOptions } from './lstm-conditioner.js';

const affine = new AffineTransform();
const step = (input: Tensor, parameters: Tensor) => affine.forwardAndLogDet(input, parameters);

function make(options: LstmConditionerOptions): LstmConditioner {
  const lstm = new LstmConditioner({ parameterCount: 2, seed: 0, ...options });
  addNoise(lstm.trainableVariables(), key(1), 0.3);
  return lstm;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Row `r` of a matrix stored row by row. */
const rowOf = (data: ArrayLike<number>, width: number, r: number) => Array.from(data).slice(r * width, (r + 1) * width);

/** The parameters of one event in float64, dimension by dimension, from the formulas. */
async function reference(lstm: LstmConditioner, x: readonly number[], context: readonly number[]): Promise<number[][]> {
  const data = new Map(
    await Promise.all([...lstm.variables()].map(async ([path, of]) => [path, await of.data()] as const)),
  );
  const times = (input: readonly number[], path: string, width: number) =>
    Array.from({ length: width }, (_, column) =>
      input.reduce((total, value, row) => total + value * data.get(path)![row * width + column], 0),
    );
  const { hidden, order } = lstm;
  const states = 2 * hidden.reduce((total, width) => total + width, 0);
  const start =
    context.length > 0
      ? times(context, 'stateWeights', states).map((z, i) => Math.tanh(z + data.get('stateBias')![i]))
      : Array.from({ length: states }, () => 0);
  let begin = 0;
  const memories = hidden.map((width) => {
    const [state, cell] = [start.slice(begin, begin + width), start.slice(begin + width, begin + 2 * width)];
    begin += 2 * width;
    return { state, cell };
  });
  const parameters: number[][] = [];
  for (const [position, dimension] of order.entries()) {
    let input = [position === 0 ? 0 : x[order[position - 1]]];
    for (const [l, width] of hidden.entries()) {
      const { state, cell } = memories[l];
      const fed = l === 0 && context.length > 0 ? times(context, 'contextWeights', 4 * width) : [];
      const ofPosition = l === 0 ? rowOf(data.get('positions')!, 4 * width, position) : [];
      const gates = times([...input, ...state], `layers.${l}`, 4 * width).map(
        (z, i) => z + data.get(`biases.${l}`)![i] + (fed[i] ?? 0) + (ofPosition[i] ?? 0),
      );
      const nextCell = cell.map(
        (c, i) => sigmoid(gates[width + i]) * c + sigmoid(gates[i]) * Math.tanh(gates[3 * width + i]),
      );
      input = nextCell.map((c, i) => sigmoid(gates[2 * width + i]) * Math.tanh(c));
      memories[l] = { state: input, cell: nextCell };
    }
    parameters[dimension] = times(input, 'outputWeights', 2).map((p, i) => p + data.get('outputBias')![i]);
  }
  return parameters;
}

const networks: [string, LstmConditionerOptions, string[]][] = [
  ['one layer', { dim: 4, hidden: [5], order: 'reverse' }, []],
  ['two layers with context', { dim: 3, hidden: [4, 3], contextDim: 2, order: [2, 0, 1] }, []],
  ['one layer with context', { dim: 2, hidden: [3], contextDim: 1 }, []],
  // The first value before is 0, and so is the first state.
  ['one dimension', { dim: 1, hidden: [3] }, ['layers.0']],
  ['one dimension with context', { dim: 1, hidden: [3, 2], contextDim: 2 }, []],
];

describe('LstmConditioner', () => {
  test.each(networks)('%s: the laws', async (_, options, idle) => {
    await checkConditioner(() => new LstmConditioner({ parameterCount: 2, seed: 0, ...options }), { idle, steps: 2 });
  });

  test.each(networks)('%s: the parameters are those of the formulas in float64', async (_, options) => {
    const lstm = make(options);
    const x = [0.7, -1.2, 2, 0.3].slice(0, lstm.dim);
    const context = [1.5, -0.4].slice(0, lstm.contextDim);
    const found = lstm.parameters(tensor(x), context.length > 0 ? tensor(context) : undefined);
    await expect(found).toBeAllClose(await reference(lstm, x, context), { rtol: 1e-5, atol: 1e-6 });
  });

  test('starts at its initial parameters, its forget gates at their bias', async () => {
    const lstm = new LstmConditioner({
      dim: 3,
      parameterCount: 2,
      hidden: [3, 2],
      contextDim: 2,
      initialParameters: [0.5, -2],
      forgetBias: 1.5,
      seed: 0,
    });
    const parameters = lstm.parameters(normal(key(0), [4, 3]), normal(key(1), [4, 2]));
    await expect(parameters).toBeAllClose(Array.from({ length: 12 }, () => [0.5, -2]));
    await expect(lstm.biases[1]).toBeAllClose([0, 0, 1.5, 1.5, 0, 0, 0, 0]);
  });

  test('the seed decides the weights', async () => {
    const [first, again, other] = await Promise.all(
      [0, 0, 1].map((seed) => new LstmConditioner({ dim: 2, hidden: [3], seed }).layers[0].data()),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('unrolling computes every gate once', async () => {
    const lstm = make({ dim: 6, hidden: [5, 4], contextDim: 2 });
    const [rows, dim] = [3, 6];
    const { kernels } = await profile(() =>
      tidy(() => void lstm.unroll(normal(key(2), [rows, dim]), step, normal(key(3), [rows, 2]))),
    );
    const gates = kernels
      .filter(({ name }) => ['BatchMatMul', 'Dense'].includes(name))
      .map(({ outputShapes }) => outputShapes[0].at(-1)!);
    for (const width of [4 * 5, 4 * 4])
      expect(gates.filter((columns) => columns === width).length).toBe(width === 20 ? dim + 1 : dim);
  });

  test('what an unrolling keeps for its gradient grows with D', () => {
    const [rows, width] = [8, 16];
    const kept = (dim: number) => {
      const lstm = make({ dim, hidden: [width] });
      const input = zeros([rows, dim]);
      let bytes = 0;
      variableGrads(() => {
        const before = memory().numBytes;
        const { value } = lstm.unroll(input, step);
        bytes = memory().numBytes - before;
        return sum(value) as Scalar;
      });
      return bytes;
    };
    const [less, more] = [16, 32].map(kept);
    expect(more / less).toBeLessThan(2.1);
    // The state and the cell of each position, and less than as much again for values, positions and inputs.
    expect(more).toBeLessThan(2 * 4 * 32 * rows * 2 * width);
  });

  test('gradients are finite far out', async () => {
    const lstm = make({ dim: 3, hidden: [4], contextDim: 2 });
    const [x, context] = [normal(key(2), [8, 3]), normal(key(3), [8, 2])].map((given) => given.mul(10));
    const { grads } = variableGrads(
      () => sum(step(x, lstm.parameters(x, context)).value).add(sum(lstm.unroll(x, step, context).logDet)) as Scalar,
    );
    for (const gradient of Object.values(grads)) expect((await gradient.data()).every(Number.isFinite)).toBe(true);
  });

  test('an empty batch has gradients of 0', async () => {
    const lstm = make({ dim: 2, hidden: [3], contextDim: 1 });
    const [x, context] = [zeros([0, 2]), zeros([1])];
    const { grads } = variableGrads(
      () => sum(lstm.parameters(x, context)).add(sum(lstm.unroll(x, step, context).value)) as Scalar,
    );
    for (const gradient of Object.values(grads))
      expect((await gradient.data()).every((value) => value === 0)).toBe(true);
  });

  test('refuses options out of range', () => {
    expect(() => new LstmConditioner({ dim: 0 })).toThrow(
      'LstmConditioner: dim must be an integer of at least 1, got 0',
    );
    expect(() => new LstmConditioner({ dim: 2, hidden: [] })).toThrow(
      'LstmConditioner: hidden must name at least one width, got none',
    );
    expect(() => new LstmConditioner({ dim: 2, hidden: [4, 0] })).toThrow(
      'LstmConditioner: hidden must be an integer of at least 1, got 0',
    );
    expect(() => new LstmConditioner({ dim: 2, contextDim: -1 })).toThrow(
      'LstmConditioner: contextDim must be an integer of at least 0, got -1',
    );
    expect(() => new LstmConditioner({ dim: 2, forgetBias: Number.NaN })).toThrow(
      'LstmConditioner: forgetBias must be finite, got NaN',
    );
    expect(() => new LstmConditioner({ dim: 2, initialParameters: [1, 2] })).toThrow(
      'LstmConditioner: initialParameters must be 1 numbers, got 2',
    );
    const lstm = make({ dim: 2, hidden: [3] });
    expect(() => lstm.parameters(zeros([4, 3]))).toThrow('LstmConditioner: x must be [..., 2], got [4, 3]');
    expect(() => lstm.unroll(zeros([4, 3]), step)).toThrow('LstmConditioner: input must be [..., 2], got [4, 3]');
  });
});
