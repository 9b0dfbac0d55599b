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
import { AttentionConditioner, type AttentionConditionerOptions } from './attention-conditioner.js';

const affine = new AffineTransform();
const step = (input: Tensor, parameters: Tensor) => affine.forwardAndLogDet(input, parameters);

function make(options: AttentionConditionerOptions): AttentionConditioner {
  const attention = new AttentionConditioner({ parameterCount: 2, seed: 0, ...options });
  addNoise(attention.trainableVariables(), key(1), 0.3);
  return attention;
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((total, value, i) => total + value * b[i], 0);
const plus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + b[i]);

/** The parameters of one event in float64, position by position, from the formulas. */
async function reference(
  attention: AttentionConditioner,
  x: readonly number[],
  context: readonly number[],
): Promise<number[][]> {
  const read = new Map(
    await Promise.all(
      [...attention.variables()].map(async ([path, of]) => [path, Array.from(await of.data())] as const),
    ),
  );
  const get = (path: string) => read.get(path)!;
  const { width, heads, order } = attention;
  const times = (input: readonly number[], path: string) => {
    const columns = get(path).length / input.length;
    return Array.from({ length: columns }, (_, column) =>
      input.reduce((total, value, row) => total + value * get(path)[row * columns + column], 0),
    );
  };
  const norm = (row: readonly number[], scale: string, shift: string) => {
    const mean = row.reduce((total, value) => total + value, 0) / width;
    const variance = row.reduce((total, value) => total + (value - mean) ** 2, 0) / width;
    return row.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * get(scale)[i] + get(shift)[i]);
  };
  let stream = order.map((_, position) => {
    const token = plus(
      times([position === 0 ? 0 : x[order[position - 1]]], 'valueWeights'),
      get('positions').slice(position * width, (position + 1) * width),
    );
    return position === 0 && context.length > 0 ? plus(token, times(context, 'contextWeights')) : token;
  });
  for (const b of attention.blocks.keys()) {
    const own = (name: string) => `blocks.${b}.${name}`;
    const [queries, keys, values] = [0, 1, 2].map((part) =>
      stream.map((row) =>
        times(norm(row, own('attentionScale'), own('attentionShift')), own('attentionWeights')).slice(
          part * width,
          (part + 1) * width,
        ),
      ),
    );
    stream = stream.map((row, r) => {
      const size = width / heads;
      const attended = Array.from({ length: heads }, (_, head) => {
        const of = (vector: readonly number[]) => vector.slice(head * size, (head + 1) * size);
        const weights = keys
          .slice(0, r + 1)
          .map((vector) => Math.exp(dot(of(queries[r]), of(vector)) / Math.sqrt(size)));
        const total = weights.reduce((sumOf, weight) => sumOf + weight, 0);
        return Array.from(
          { length: size },
          (_, i) =>
            dot(
              weights,
              values.slice(0, r + 1).map((vector) => of(vector)[i]),
            ) / total,
        );
      }).flat();
      const mixed = plus(row, plus(times(attended, own('mixWeights')), get(own('mixBias'))));
      const inner = plus(
        times(norm(mixed, own('mlpScale'), own('mlpShift')), own('mlpWeights.0')),
        get(own('mlpBiases.0')),
      );
      return plus(
        mixed,
        plus(
          times(
            inner.map((value) => Math.max(0, value)),
            own('mlpWeights.1'),
          ),
          get(own('mlpBiases.1')),
        ),
      );
    });
  }
  const parameters: number[][] = [];
  for (const [position, dimension] of order.entries()) {
    parameters[dimension] = plus(
      times(norm(stream[position], 'outputScale', 'outputShift'), 'outputWeights'),
      get('outputBias'),
    );
  }
  return parameters;
}

const networks: [string, AttentionConditionerOptions][] = [
  ['two blocks of two heads', { dim: 4, width: 6, heads: 2, blocks: 2, mlp: 5, order: 'reverse' }],
  ['context', { dim: 3, width: 4, heads: 1, blocks: 1, mlp: 6, contextDim: 2, order: [2, 0, 1] }],
  ['one dimension', { dim: 1, width: 4, heads: 2, blocks: 1, mlp: 4 }],
  ['one dimension with context', { dim: 1, width: 4, heads: 1, blocks: 1, mlp: 4, contextDim: 2 }],
];

describe('AttentionConditioner', () => {
  test.each(networks)('%s: the laws', async (_, options) => {
    // One dimension has no value before it.
    const idle = options.dim === 1 ? ['valueWeights'] : [];
    await checkConditioner(() => new AttentionConditioner({ parameterCount: 2, seed: 0, ...options }), {
      idle,
      steps: 2,
    });
  });

  test.each(networks)('%s: the parameters are those of the formulas in float64', async (_, options) => {
    const attention = make(options);
    const x = [0.7, -1.2, 2, 0.3].slice(0, attention.dim);
    const context = [1.5, -0.4].slice(0, attention.contextDim);
    const found = attention.parameters(tensor(x), context.length > 0 ? tensor(context) : undefined);
    await expect(found).toBeAllClose(await reference(attention, x, context), { rtol: 1e-5, atol: 1e-5 });
  });

  test('starts at its initial parameters', async () => {
    const options = {
      dim: 3,
      parameterCount: 2,
      width: 4,
      heads: 2,
      mlp: 4,
      contextDim: 2,
      initialParameters: [0.5, -2],
      seed: 0,
    };
    const parameters = new AttentionConditioner(options).parameters(normal(key(0), [4, 3]), normal(key(1), [4, 2]));
    await expect(parameters).toBeAllClose(Array.from({ length: 12 }, () => [0.5, -2]));
  });

  test('the seed decides the weights, and every block has its own', async () => {
    const made = [0, 0, 1].map((seed) => new AttentionConditioner({ dim: 2, width: 4, heads: 1, seed }));
    const [first, again, other] = await Promise.all(made.map(({ blocks }) => blocks[0].attentionWeights.data()));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(await made[0].blocks[1].attentionWeights.data()).not.toEqual(first);
  });

  test('unrolling computes every key, value and hidden unit once', async () => {
    const [rows, dim, width, heads, blocks, mlp] = [3, 5, 4, 2, 2, 7];
    const attention = make({ dim, width, heads, blocks, mlp, contextDim: 2 });
    const { kernels } = await profile(() =>
      tidy(() => void attention.unroll(normal(key(2), [rows, dim]), step, normal(key(3), [rows, 2]))),
    );
    const numbersOf = (name: string, columns?: number) =>
      kernels
        .filter(
          ({ name: own, outputShapes }) =>
            own === name && (columns === undefined || outputShapes[0].at(-1) === columns),
        )
        .reduce((total, { outputShapes }) => total + outputShapes[0].reduce((product, size) => product * size, 1), 0);
    // Queries, keys and values come side by side.
    const products = numbersOf('BatchMatMul', 3 * width) + numbersOf('Dense', 3 * width);
    expect(products).toBe(rows * dim * 3 * width * blocks);
    // On wasm a part of the layer before.
    expect(numbersOf('Relu') + numbersOf('Dense', mlp)).toBe(rows * dim * mlp * blocks);
    expect(numbersOf('Softmax')).toBe((rows * heads * blocks * dim * (dim + 1)) / 2);
  });

  test('what an unrolling keeps for its gradient grows with D', () => {
    const [rows, width, blocks] = [8, 8, 2];
    const kept = (dim: number) => {
      const attention = make({ dim, width, heads: 2, blocks, mlp: 8 });
      const input = zeros([rows, dim]);
      let bytes = 0;
      variableGrads(() => {
        const before = memory().numBytes;
        const { value } = attention.unroll(input, step);
        bytes = memory().numBytes - before;
        return sum(value) as Scalar;
      });
      return bytes;
    };
    const [less, more] = [16, 32].map(kept);
    expect(more / less).toBeLessThan(2.1);
    // The keys and values of each position, and less than half as much again for values, positions and inputs.
    expect(more).toBeLessThan(1.5 * 4 * 32 * rows * 2 * width * blocks);
  });

  test('gradients are finite far out', async () => {
    const attention = make({ dim: 3, width: 4, heads: 2, mlp: 4, contextDim: 2 });
    const [x, context] = [normal(key(2), [8, 3]), normal(key(3), [8, 2])].map((given) => given.mul(10));
    const { grads } = variableGrads(
      () =>
        sum(step(x, attention.parameters(x, context)).value).add(
          sum(attention.unroll(x, step, context).logDet),
        ) as Scalar,
    );
    for (const gradient of Object.values(grads)) expect((await gradient.data()).every(Number.isFinite)).toBe(true);
  });

  test('a position whose numbers are all equal has finite gradients', async () => {
    const attention = make({ dim: 2, width: 4, heads: 2, mlp: 4 });
    for (const of of [attention.positions, attention.valueWeights]) of.assign(zeros(of.shape));
    const { grads } = variableGrads(() => sum(attention.parameters(normal(key(2), [3, 2]))) as Scalar);
    for (const gradient of Object.values(grads)) expect((await gradient.data()).every(Number.isFinite)).toBe(true);
  });

  test('refuses options out of range', () => {
    expect(() => new AttentionConditioner({ dim: 0 })).toThrow(
      'AttentionConditioner: dim must be an integer of at least 1, got 0',
    );
    expect(() => new AttentionConditioner({ dim: 2, width: 6, heads: 4 })).toThrow(
      'AttentionConditioner: width must be a multiple of 4 heads, got 6',
    );
    expect(() => new AttentionConditioner({ dim: 2, blocks: 0 })).toThrow(
      'AttentionConditioner: blocks must be an integer of at least 1, got 0',
    );
    expect(() => new AttentionConditioner({ dim: 2, mlp: 0 })).toThrow(
      'AttentionConditioner: mlp must be an integer of at least 1, got 0',
    );
    expect(() => new AttentionConditioner({ dim: 2, activation: 'step' as 'relu' })).toThrow(
      'AttentionConditioner: activation must be one of',
    );
    const attention = make({ dim: 2, width: 4, heads: 2, contextDim: 1 });
    expect(() => attention.parameters(zeros([4, 2]))).toThrow(
      'AttentionConditioner: context must be [..., 1], got none',
    );
    expect(() => attention.unroll(zeros([3]), step, zeros([1]))).toThrow(
      'AttentionConditioner: input must be [..., 2], got [3]',
    );
  });
});
