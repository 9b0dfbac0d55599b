import {
  getBackend,
  grad,
  grads,
  mul,
  ones,
  square,
  sum,
  type Tensor,
  tensor,
  tidy,
  variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Activation, activations } from '../activation.js';
import { checkOperation } from '../../testing/operations/check-operation.js';
import { at, build, type Float64, spread } from '../../testing/operations/float64.js';
import {
  type ConvolutionCase,
  convolutionCases,
  convolutionName,
  convolutionProducts,
  convolutionShapes,
} from '../../testing/operations/float64-convolution.js';
import { conv2d } from './conv2d.js';
import { conv2dTranspose } from './conv2d-transpose.js';
import type { Padding } from './window.js';

const withBias = (y: Float64, bias: Float64) => build(y.shape, (index) => at(y, index) + at(bias, [index.at(-1)!]));
const onBackend = ({ values, shape }: Float64) => tensor([...values], [...shape]);
const elu = ({ shape, values }: Float64) => ({ shape, values: values.map((v) => (v > 0 ? v : Math.expm1(v))) });

// Sums of up to a thousand terms of size 1.
const tolerance = { rtol: 1e-5, atol: 1e-5 };

describe.each(convolutionCases.map((one) => [convolutionName(one), one] as const))('%s', (_, one) => {
  const { large, filters, small } = convolutionShapes(one);
  const { stride, padding } = one;

  test('conv2d: values and gradients', () =>
    checkOperation({
      operation: (x, w, b) => conv2d(x, w, b, { stride, padding, activation: 'elu' }),
      reference: (x, w, b) =>
        elu(
          withBias(
            convolutionProducts(
              one,
              x,
              w,
              build(small, () => 0),
            )[2],
            b,
          ),
        ),
      inputs: [spread(large, -1, 1), spread(filters, -0.5, 0.5, 7), spread(small.slice(-1), -1, 1, 3)],
      tolerance,
    }));

  test('conv2dTranspose: values and gradients', () =>
    checkOperation({
      operation: (x, w, b) =>
        conv2dTranspose(x, w, b, { stride, padding, activation: 'elu', size: [large[1], large[2]] }),
      reference: (x, w, b) =>
        elu(
          withBias(
            convolutionProducts(
              one,
              build(large, () => 0),
              w,
              x,
            )[0],
            b,
          ),
        ),
      inputs: [spread(small, -1, 1), spread(filters, -0.5, 0.5, 7), spread(large.slice(-1), -1, 1, 3)],
      tolerance,
    }));
});

// More than one block of rows, of columns and of depth, and chunks of patches.
const LARGE: ConvolutionCase[] = [
  { x: [5, 19, 17, 37], filters: [3, 3, 21], stride: 1, padding: 'same' },
  { x: [9, 33, 31, 4], filters: [3, 3, 40], stride: 2, padding: 'same' },
  { x: [2, 9, 8, 140], filters: [3, 2, 6], stride: 1, padding: 'valid' },
];

// Plain loops know no blocks: on cpu the smallest one stands for those.
test.each(getBackend() === 'cpu' ? LARGE.slice(2) : LARGE)('large ones: %j', async (one) => {
  const shapes = convolutionShapes(one);
  const [x, w, y] = [spread(shapes.large, -1, 1), spread(shapes.filters, -1, 1, 5), spread(shapes.small, -1, 1, 9)];
  const [large, filters, small] = [x, w, y].map(onBackend);
  const { stride, padding } = one;
  const size: [number, number] = [one.x[1], one.x[2]];
  const convolved = (a: Tensor, b: Tensor) => conv2d(a, b, undefined, { stride, padding });
  const transposed = (a: Tensor, b: Tensor) => conv2dTranspose(a, b, undefined, { stride, padding, size });
  const expected = convolutionProducts(one, x, w, y).map(onBackend);
  // Sums of up to 2000 terms, in another order.
  const loose = { rtol: 1e-5, atol: 3e-4 };
  await expect(convolved(large, filters)).toBeAllClose(expected[2], loose);
  await expect(transposed(small, filters)).toBeAllClose(expected[0], loose);
  const [byLarge, byFilters] = grads(convolved)([large, filters], small);
  await expect(byLarge).toBeAllClose(expected[0], loose);
  await expect(byFilters).toBeAllClose(expected[1], loose);
  const [bySmall, byFiltersToo] = grads(transposed)([small, filters], large);
  await expect(bySmall).toBeAllClose(expected[2], loose);
  await expect(byFiltersToo).toBeAllClose(expected[1], loose);
});

describe.each(activations)('with %s', (activation: Activation) => {
  test('gradients agree with those of the operations one by one', async () => {
    for (const stride of [1, 2]) {
      const loss = (f: typeof conv2d | typeof conv2dTranspose, x: Tensor, w: Tensor, b: Tensor) =>
        sum(square(f(x, w, b, { stride, activation })));
      const [x, w, b] = [
        onBackend(spread([2, 6, 5, 3])),
        onBackend(spread([3, 3, 3, 6])),
        tensor([0.1, -0.2, 0.3, 0, 0.5, -0.6]),
      ];
      const y = conv2d(x, w, b, { stride, activation });
      for (const [f, operands] of [
        [conv2d, [x, w, b]],
        [conv2dTranspose, [y, w, tensor([0.3, 0, -0.4])]],
      ] as const) {
        const fused = grads((x, w, b) => loss(f, x, w, b))([...operands]);
        // Within the gradient of a gradient the operations are composed.
        const [x0, w0, b0] = operands;
        const composed = tidy(() =>
          grads((s: Tensor) => sum(mul(s, grad((x: Tensor) => loss(f, x, w0, b0))(x0))))([ones(x0.shape)]),
        );
        await expect(fused[0]).toBeAllClose(composed[0], { rtol: 1e-4, atol: 1e-4 });
      }
    }
  });
});

test('the gradient of a squared gradient agrees with central differences', async () => {
  const [x, w] = [spread([1, 4, 3, 2], -1, 1), spread([3, 3, 2, 2], -1, 1, 4)];
  const penalty = (w: Tensor) =>
    sum(square(grad((x: Tensor) => sum(square(conv2d(x, w, undefined, { stride: 2 }))))(onBackend(x))));
  const slope = await tidy(() => grad(penalty)(onBackend(w))).data();
  const STEP = 1e-2;
  for (const place of [0, 13, 35]) {
    const moved = async (by: number) =>
      (await tidy(() => penalty(onBackend({ ...w, values: w.values.with(place, w.values[place] + by) }))).data())[0];
    const difference = ((await moved(STEP)) - (await moved(-STEP))) / (2 * STEP);
    expect(Math.abs(slope[place] - difference)).toBeLessThan(0.01 * Math.max(1, Math.abs(difference)));
  }
});

describe('shapes', () => {
  test('any leading axes, and none', () => {
    const w = ones([3, 3, 1, 2]);
    for (const batch of [[], [4], [2, 3], [0], [2, 0]]) {
      expect(conv2d(zeros([...batch, 6, 5, 1]), w).shape).toEqual([...batch, 6, 5, 2]);
      expect(conv2d(zeros([...batch, 6, 5, 1]), w, zeros([2]), { stride: 2, activation: 'elu' }).shape).toEqual([
        ...batch,
        3,
        3,
        2,
      ]);
      expect(conv2dTranspose(zeros([...batch, 3, 2, 2]), w, undefined, { stride: 2 }).shape).toEqual([
        ...batch,
        6,
        4,
        1,
      ]);
      expect(conv2dTranspose(zeros([...batch, 3, 2, 2]), w, undefined, { padding: 'valid' }).shape).toEqual([
        ...batch,
        5,
        4,
        1,
      ]);
    }
  });

  test('an empty batch has gradients of zeros, and no channels give the bias', async () => {
    const [w, b] = [variable(ones([3, 3, 1, 2])), variable(ones([2]))];
    const { grads: gradients } = variableGrads(
      () => sum(conv2d(zeros([0, 4, 4, 1]), w, b, { activation: 'elu' })),
      [w, b],
    );
    await expect(gradients[w.name]).toBeAllClose(zeros([3, 3, 1, 2]));
    await expect(gradients[b.name]).toBeAllClose(zeros([2]));
    await expect(conv2d(zeros([1, 2, 2, 0]), zeros([3, 3, 0, 2]), b)).toBeAllClose(ones([1, 2, 2, 2]));
    w.dispose();
    b.dispose();
  });

  test('other types give the same numbers', async () => {
    const values = [1, 0, 1, 1, 0, 1, 1, 1, 0];
    const [x, w] = [tensor(values, [3, 3, 1], 'int32'), ones([2, 2, 1, 1], 'bool')];
    await expect(conv2d(x, w)).toBeAllClose(conv2d(tensor(values, [3, 3, 1], 'float32'), ones([2, 2, 1, 1])), {
      rtol: 0,
      atol: 0,
    });
  });
});

test('refuses what does not fit', () => {
  const [x, w] = [zeros([2, 4, 4, 3]), zeros([3, 3, 3, 5])];
  expect(() => conv2d(zeros([4, 4]), w)).toThrow('conv2d: x must be [..., height, width, channels], got [4, 4]');
  expect(() => conv2d(zeros([4, 4, 2]), w)).toThrow('conv2d: x must be [..., 4, 4, 3], got [4, 4, 2]');
  expect(() => conv2d(x, zeros([3, 3]))).toThrow(
    'conv2d: filters must be [height, width, channels, outputs], got [3, 3]',
  );
  expect(() => conv2d(x, w, zeros([3]))).toThrow('conv2d: bias must be [5], got [3]');
  expect(() => conv2d(x, w, undefined, { stride: 0 })).toThrow(
    'conv2d: stride must be an integer of at least 1, got 0',
  );
  expect(() => conv2d(x, w, undefined, { padding: 'full' as Padding })).toThrow(
    "conv2d: padding must be 'same' or 'valid', got 'full'",
  );
  expect(() => conv2d(x, w, undefined, { activation: 'gelu' as Activation })).toThrow(
    'conv2d: activation must be one of',
  );
  expect(() => conv2d(zeros([2, 2, 3]), w, undefined, { padding: 'valid' })).toThrow(
    "conv2d: with padding 'valid' filters must be at most [2, 2], got [3, 3]",
  );
  expect(() => conv2dTranspose(x, w)).toThrow('conv2dTranspose: x must be [..., 4, 4, 5], got [2, 4, 4, 3]');
  expect(() => conv2dTranspose(zeros([4, 4, 5]), w, undefined, { stride: 2, size: [9, 8] })).toThrow(
    'conv2dTranspose: size must be one that a convolution takes to [4, 4], got [9, 8]',
  );
});

const twice = (x: Tensor, w: Tensor, b: Tensor) =>
  sum(
    conv2dTranspose(conv2d(x, w, b, { stride: 2, activation: 'silu' }), w, undefined, {
      stride: 2,
      activation: 'elu',
    }),
  );

test('leaks no tensor', async () => {
  const [x, w, b] = [ones([2, 4, 4, 3]), ones([3, 3, 3, 5]), ones([5])];
  await expect(() => tidy(() => twice(x, w, b))).toLeakNoTensor();
  await expect(() => grads(twice)([x, w, b])).toLeakNoTensor();
});
