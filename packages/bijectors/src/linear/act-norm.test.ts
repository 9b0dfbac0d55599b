import { add, mean, mul, square, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { Chain } from '../combinators/chain.js';
import { realNvp } from '../factories/coupling.js';
import { Invert } from '../combinators/invert.js';
import { checkBijector } from '../testing/index.js';
import { LuLinear } from './lu-linear.js';
import { ActNorm, initializeActNorm } from './act-norm.js';

const data = add(mul(normal(key(0), [50, 4, 3]), tensor1d([0.1, 1, 30])), tensor1d([5, -2, 100]));

const make = () => new ActNorm({ dim: 3, contextDim: 2, hidden: [5], seed: 0 });

describe('ActNorm', () => {
  test.each([1, 4])('of %d dimensions: the laws', async (dim) => {
    await checkBijector(() => new ActNorm({ dim }), {
      eventShape: [dim],
      connectivity: (output, input) => output === input,
      steps: 4,
    });
  });

  test('starts at the identity', async () => {
    const { value, logDet } = new ActNorm({ dim: 2 }).forwardAndLogDet(tensor2d([[1, -2]]));
    await expect(value).toBeAllClose(tensor2d([[1, -2]]));
    await expect(logDet).toBeAllClose([0]);
  });

  test('with a context: the laws, and the identity at first', async () => {
    await checkBijector(make, {
      eventShape: [3],
      connectivity: (output, input) => output === input,
      noise: 0.3,
      steps: 4,
    });
    const x = normal(key(1), [4, 3]);
    await expect(make().inverse(x, normal(key(2), [4, 2]))).toBeAllClose(x);
  });

  test('with a context it is initialised, as one without is', async () => {
    const norm = new ActNorm({ dim: 3, contextDim: 1, seed: 0 });
    const context = normal(key(3), [50, 4, 1]);
    initializeActNorm(norm, data, context);
    await expect(mean(norm.inverse(data, context), [0, 1])).toBeAllClose([0, 0, 0], { atol: 1e-4 });
  });

  test('takes mean and standard deviation from the data', async () => {
    const norm = new ActNorm({ dim: 3 });
    initializeActNorm(norm, data);
    const { value, logDet } = norm.inverseAndLogDet(data);
    await expect(mean(value, [0, 1])).toBeAllClose([0, 0, 0], { atol: 1e-4 });
    await expect(mean(square(value), [0, 1])).toBeAllClose([1, 1, 1], { rtol: 1e-4 });
    const scale = Array.from(await norm.logScale.data());
    await expect(logDet).toBeAllClose(Array.from({ length: 200 }, () => -(scale[0] + scale[1] + scale[2])));
    // Another batch changes nothing.
    const before = await norm.loc.array();
    norm.inverse(zeros([5, 3]));
    expect(await norm.loc.array()).toEqual(before);
  });

  test('is found anywhere inside a bijector, inverted or not, and sees what reaches it', async () => {
    const outer = new ActNorm({ dim: 3 });
    const inner = new ActNorm({ dim: 3 });
    const last = new ActNorm({ dim: 3 });
    const context = normal(key(1), [50, 4, 2]);
    const flow = new Chain([
      last,
      new Invert(inner),
      new Chain([realNvp({ dim: 3, contextDim: 2, transforms: 2, hidden: [4], seed: 0 }), outer]),
    ]);
    initializeActNorm(flow, data, context);
    await expect(mean(outer.inverse(data), [0, 1])).toBeAllClose([0, 0, 0], { atol: 1e-4 });
    const value = flow.inverse(data, context);
    await expect(mean(value, [0, 1])).toBeAllClose([0, 0, 0], { atol: 1e-4 });
    await expect(mean(square(value), [0, 1])).toBeAllClose([1, 1, 1], { rtol: 1e-4 });
    // What reaches the others is standard already.
    await expect(inner.logScale).toBeAllClose(zeros([3]), { atol: 1e-4 });
    await expect(last.logScale).toBeAllClose(zeros([3]), { atol: 1e-4 });
  });

  test('an inverted one makes the result standard too', async () => {
    const norm = new ActNorm({ dim: 3 });
    const flow = new Invert(norm);
    initializeActNorm(flow, data);
    await expect(mean(square(flow.inverse(data)), [0, 1])).toBeAllClose([1, 1, 1], { rtol: 1e-4 });
  });

  test('a dimension that does not vary gets a scale of 1e-6', async () => {
    const norm = new ActNorm({ dim: 2 });
    initializeActNorm(
      norm,
      tensor2d([
        [1, 7],
        [3, 7],
      ]),
    );
    await expect(norm.loc).toBeAllClose([2, 7]);
    await expect(norm.logScale).toBeAllClose([0, Math.log(1e-6)]);
  });

  test('refuses what does not fit, and leaves nothing waiting or behind', async () => {
    expect(() => new ActNorm({ dim: 0 })).toThrow('ActNorm: dim must be an integer of at least 1, got 0');
    const norm = new ActNorm({ dim: 2 });
    expect(() => initializeActNorm(norm, zeros([1, 2]))).toThrow(
      'initializeActNorm: data must hold at least 2 events, got 1',
    );
    expect(() => initializeActNorm(norm, zeros([5, 3]))).toThrow('ActNorm: y must be [..., 2], got [5, 3]');
    await expect(
      norm.inverse(
        tensor2d([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toBeAllClose(
      tensor2d([
        [1, 2],
        [3, 4],
      ]),
    );
    const batch = tensor2d([
      [1, 2],
      [3, 5],
    ]);
    await expect(() => initializeActNorm(norm, batch)).toLeakNoTensor();
  });
});

test('what is of the network of a context is refused without one, by types and when run', () => {
  // @ts-expect-error: the scale and the shift start at the identity
  expect(() => new ActNorm({ dim: 2, seed: 0 })).toThrow('ActNorm: seed must be left out where there is no contextDim');
  // @ts-expect-error: there is no network
  expect(() => new LuLinear({ dim: 2, hidden: [3] })).toThrow(
    'LuLinear: hidden must be left out where there is no contextDim',
  );
});
