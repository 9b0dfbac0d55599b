import {
  add,
  exp,
  memory,
  mul,
  ones,
  profile,
  reshape,
  slice,
  sum,
  type Tensor,
  tidy,
  tile,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { key, normal, vjp } from '@pushforward/tensor';
import { describe, expect, test, vi } from 'vitest';
import type { Step } from '../contract/conditioner.js';
import { Made, type MadeOptions } from './made.js';
import { checkConditioner } from '../testing/index.js';

/** Away from the start, where the output weights are 0 and hide everything before them. */
function perturbed(options: MadeOptions): Made {
  const made = new Made(options);
  [...made.variables().values()].forEach((variable, i) => {
    tidy(() => variable.assign(add(variable, mul(normal(key(100 + i), variable.shape), 0.3)) as never));
  });
  return made;
}

/** x = u · exp(logScale) + shift, with logDet = logScale. */
const affine: Step = (input, parameters) => {
  const shape = input.shape;
  const column = (p: number) => reshape(slice(parameters, [...shape.map(() => 0), p], [...shape, 1]), shape);
  return { value: add(mul(input, exp(column(1))), column(0)), logDet: column(1) };
};

const networks: [string, MadeOptions][] = [
  ['two layers', { dim: 4, hidden: [9, 7] }],
  ['one layer, reversed', { dim: 4, hidden: [8], order: 'reverse' }],
  [
    'context, random order and degrees',
    { dim: 4, hidden: [12, 12], contextDim: 3, order: { random: 1 }, degrees: { random: 2 } },
  ],
  ['linear', { dim: 4, hidden: [], order: 'reverse' }],
  ['linear with context', { dim: 3, hidden: [], contextDim: 2 }],
  ['direct connections', { dim: 4, hidden: [8], direct: true, order: [2, 0, 3, 1] }],
  ['residual without a block', { dim: 3, hidden: [6], residual: true }],
  ['layers narrower than the degrees', { dim: 5, hidden: [3, 2, 3], direct: true, contextDim: 1, activation: 'silu' }],
  ['residual', { dim: 4, hidden: [10, 9, 8], residual: true, activation: 'elu', contextDim: 2, order: 'reverse' }],
  ['weight normalisation', { dim: 4, hidden: [8, 8], weightNorm: true, activation: 'tanh' }],
  [
    'everything',
    {
      dim: 4,
      hidden: [10, 10],
      residual: true,
      direct: true,
      weightNorm: true,
      contextDim: 1,
      activation: 'silu',
      order: { random: 4 },
    },
  ],
  ['one dimension', { dim: 1, hidden: [4] }],
  ['one dimension with context', { dim: 1, hidden: [4], contextDim: 2 }],
];
const withSeed = networks.map(([name, options]) => [name, { ...options, parameterCount: 2, seed: 7 }] as const);
const contextOf = (made: Made, batch: number[]) =>
  made.contextDim > 0 ? normal(key(5), [...batch, made.contextDim]) : undefined;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Without anything before it to see, no gradient reaches a weight. */
function idleOf(made: Made): string[] {
  return made.dim > 1 ? [] : ['layers.0.weights'];
}

describe.each(withSeed)('Made: %s', (_, options) => {
  test('the laws of conditioners', async () => {
    await checkConditioner(() => new Made(options), { idle: idleOf(new Made(options)) });
  });

  test('no hidden unit is dead', async () => {
    // A smooth activation: a rectifier may die of its weights, which is not what is asked.
    const made = perturbed({ ...options, activation: 'softplus' });
    const x = normal(key(1), [200, made.dim]);
    const { grads } = variableGrads(() =>
      sum(mul(made.parameters(x, contextOf(made, [200])), normal(key(3), [200, made.dim, 2]))).asScalar(),
    );
    for (const { bias } of made.layers) {
      for (const value of bias ? await grads[bias.name].data() : []) expect(value).not.toBe(0);
    }
  });

  test('gradients of unrolling are those that the parallel pass implies', async () => {
    const made = perturbed(options);
    const input = normal(key(1), [5, made.dim]);
    const context = contextOf(made, [5]);
    const solution = made.unroll(input, affine, context).value;
    const leaves = [input, ...(context ? [context] : []), ...made.variables().values()];
    const [ofValue, ofLogDet] = [normal(key(8), [5, made.dim]), normal(key(9), [5])];
    const unrolled = vjp((from, ...others) => Object.values(made.unroll(from, affine, context && others[0])), leaves, [
      ofValue,
      ofLogDet,
    ]);
    // From v = f(v, θ) follows dv = (I − ∂f/∂v)⁻¹ ∂f/∂θ dθ, where ∂f/∂v is strictly triangular: its D-th power is 0.
    const parallel = (at: Tensor, from: Tensor, given?: Tensor) => {
      const { value, logDet } = affine(from, made.parameters(at, given));
      return [value, sum(logDet, -1)];
    };
    const byValue = (cotangents: Tensor[]) => vjp((at) => parallel(at, input, context), [solution], cotangents)[0];
    const direct = add(ofValue, byValue([zeros(ofValue.shape), ofLogDet]));
    let adjoint = direct;
    for (let i = 1; i < made.dim; i++) adjoint = add(direct, byValue([adjoint, zeros(ofLogDet.shape)]));
    const implied = vjp((from, ...others) => parallel(solution, from, context && others[0]), leaves, [
      adjoint,
      ofLogDet,
    ]);
    for (let i = 0; i < leaves.length; i++)
      await expect(unrolled[i]).toBeAllClose(implied[i], { rtol: 1e-4, atol: 1e-4 });
  });

  test('starts at its initial parameters', async () => {
    const made = new Made({ ...options, initialParameters: [0.5, -2] });
    const parameters = made.parameters(normal(key(1), [3, made.dim]), contextOf(made, [3]));
    await expect(parameters).toBeAllClose(Array.from({ length: 3 * made.dim }, () => [0.5, -2]));
  });
});

test.each(withSeed.filter(([, { contextDim: context }]) => context))(
  'Made: %s: the context broadcasts into the middle of the batch',
  async (_, options) => {
    const made = perturbed(options);
    const x = normal(key(1), [2, 3, made.dim]);
    const context = normal(key(2), [2, 1, made.contextDim]);
    const repeated = tile(context, [1, 3, 1]);
    await expect(made.parameters(x, context)).toBeAllClose(made.parameters(x, repeated));
    await expect(made.unroll(x, affine, context).value).toBeAllClose(made.unroll(x, affine, repeated).value);
  },
);

async function dense(input: readonly number[], weights: Tensor, bias?: Tensor): Promise<number[]> {
  const [matrix, added] = [await weights.data(), await bias?.data()];
  const width = weights.shape[1]!;
  return Array.from({ length: width }, (_, unit) =>
    input.reduce((total, value, i) => total + value * matrix[i * width + unit], added?.[unit] ?? 0),
  );
}

const plus = (left: readonly number[], right: readonly number[]) => left.map((value, i) => value + right[i]);
const active = (values: readonly number[]) => values.map(Math.tanh);

describe('made', () => {
  // The same network in float64, from its weights.
  test.each<[string, Partial<MadeOptions>]>([
    ['plain', { hidden: [7, 6] }],
    ['residual blocks, direct connections', { hidden: [7, 6, 5], residual: true, direct: true }],
  ])('%s: the parameters are those of the formula', async (_, options) => {
    const made = perturbed({
      dim: 3,
      parameterCount: 2,
      contextDim: 2,
      activation: 'tanh',
      order: [1, 2, 0],
      seed: 0,
      ...options,
    });
    const [x, context] = [normal(key(1), [1, 3]), normal(key(2), [2])];
    const layer = async (l: number, input: readonly number[]) =>
      dense(input, made.layers[l].effectiveWeights(), made.layers[l].bias);

    const input = Array.from(await x.data());
    let hidden = plus(await layer(0, input), await dense(Array.from(await context.data()), made.contextWeights!));
    if (made.residual) {
      for (const block of [1, 3])
        hidden = plus(hidden, await layer(block + 1, active(await layer(block, active(hidden)))));
    } else {
      hidden = await layer(1, active(hidden));
    }
    let expected = await layer(made.layers.length - 1, active(hidden));
    if (made.direct) expected = plus(expected, await layer(made.layers.length - 2, input));
    await expect(made.parameters(x, context)).toBeAllClose(expected, { rtol: 1e-5, atol: 2e-6 });
  });

  test.each<[string, Partial<MadeOptions>, number]>([
    ['plain', { hidden: [16, 9] }, 16 + 9],
    [
      'residual',
      { hidden: [11, 5, 8], residual: true, direct: true, order: 'reverse', contextDim: 2 },
      11 + 5 + 11 + 8 + 11,
    ],
  ])(
    '%s: unrolling computes every unit once, and one pass of products without the masked ones',
    async (_, options, units) => {
      const rows = 3;
      const made = perturbed({ dim: 7, parameterCount: 2, activation: 'tanh', seed: 0, ...options });
      const input = normal(key(1), [rows, 7]);
      const context = contextOf(made, [rows]);
      const { kernels } = await profile(() => tidy(() => void made.unroll(input, affine, context)));
      const sizes = (name: string, size: (kernel: (typeof kernels)[number]) => number) =>
        kernels.filter((kernel) => kernel.name === name).reduce((total, kernel) => total + size(kernel), 0);
      expect(sizes('Tanh', ({ outputShapes }) => sizeOf(outputShapes[0]))).toBe(rows * units);

      const multiplications = ({ inputShapes, outputShapes }: (typeof kernels)[number]) =>
        sizeOf(outputShapes[0]) * inputShapes[0].at(-1)!;
      const products = sizes('BatchMatMul', multiplications) + sizes('Dense', multiplications);
      let unmasked = made.contextWeights?.size ?? 0;
      for (const layer of made.layers) {
        layer.weights.assign(ones(layer.weights.shape));
        unmasked += (await sum(layer.effectiveWeights()).data())[0];
      }
      expect(products).toBe(rows * unmasked);
    },
  );

  test('the parallel direction runs the network once, for the value and its log-determinant', () => {
    const made = perturbed({ dim: 3, parameterCount: 2, hidden: [8], seed: 0 });
    const passes = vi.spyOn(made, 'parameters');
    made.transform(normal(key(1), [5, 3]), affine);
    expect(passes).toHaveBeenCalledTimes(1);
  });

  test('the tape of an unrolling grows with D, not with D²', () => {
    const bytes = [16, 32].map((dim) => {
      const made = new Made({ dim, hidden: [64], parameterCount: 2, seed: 0 });
      const input = zeros([8, dim]);
      let kept = 0;
      variableGrads(() => {
        const before = memory().numBytes;
        const { value } = made.unroll(input, affine);
        kept = memory().numBytes - before;
        return sum(value).asScalar();
      });
      return kept;
    });
    expect(bytes[1] / bytes[0]).toBeLessThan(2.2);
  });

  test('options that do not fit are refused', () => {
    expect(() => new Made({ dim: 0 })).toThrow('Made: dim must be an integer of at least 1, got 0');
    expect(() => new Made({ dim: 2, hidden: [0] })).toThrow('Made: hidden must be an integer of at least 1, got 0');
    expect(() => new Made({ dim: 2, order: [0, 0] })).toThrow(
      "Made: order must be 'natural', 'reverse', { random } or a permutation of 0 … 1, got [0, 0]",
    );
    expect(() => new Made({ dim: 2, activation: 'step' as never })).toThrow('Made: activation must be one of');
    expect(() => new Made({ dim: 2, initialParameters: [1, 2] })).toThrow(
      'Made: initialParameters must be 1 numbers, got 2',
    );
    expect(() => new Made({ dim: 3, hidden: [2], degrees: [[2, 1]] })).toThrow(
      'Made: degrees must be 1 ascending lists',
    );
    const made = new Made({ dim: 2, contextDim: 3 });
    expect(() => made.parameters(zeros([4, 5]), zeros([4, 3]))).toThrow('Made: x must be [..., 2], got [4, 5]');
    expect(() => made.parameters(zeros([4, 2]))).toThrow('Made: context must be [..., 3], got none');
    expect(() => made.unroll(zeros([4, 2]), affine, zeros([5, 3]))).toThrow(
      'Made: context batch must broadcast to [4], got [5]',
    );
  });
});
