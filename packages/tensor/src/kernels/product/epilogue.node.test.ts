import { fused, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Activation } from '../activation.js';
import { linear } from './linear.js';

// The SIMD kernels' own functions against float64, relative to the value however small it is.

const x = [
  -80, -30, -10, -3, -1.2, -0.9, -0.5, -0.34, -0.1, -1e-3, -1e-6, -1e-20, 0, 1e-20, 1e-6, 1e-3, 0.1, 0.3, 0.34, 0.5, 1,
  2.7, 9, 40, 85,
].map(Math.fround);

const references: Record<Activation, (x: number) => number> = {
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x) => Math.max(x, Math.fround(0.01) * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  tanh: Math.tanh,
};

describe('activations in a dense layer', () => {
  test.each(Object.entries(references))(
    '%s is good to a few units in the last place',
    async (activation, reference) => {
      const y = linear(tensor(x, [x.length, 1]), tensor([[1]]), undefined, activation as Activation);
      await expect(y).toBeAllClose(x.map(reference), { rtol: 1e-6, atol: 0 });
    },
  );

  test('sigmoid of fused.matMul, too', async () => {
    const y = fused.matMul({ a: tensor(x, [x.length, 1]), b: tensor([[1]]), activation: 'sigmoid' });
    await expect(y).toBeAllClose(
      x.map((each) => 1 / (1 + Math.exp(-each))),
      { rtol: 1e-6, atol: 0 },
    );
  });

  test.each(Object.keys(references))('%s of infinities and NaN', async (activation) => {
    const y = linear(tensor([Infinity, NaN, 3, 1], [4, 1]), tensor([[1]]), undefined, activation as Activation);
    const [infinite, missing, ...others] = await y.data();
    expect(infinite).toBe(activation === 'tanh' ? 1 : Infinity);
    expect(missing).toBeNaN();
    expect(others.every(Number.isFinite)).toBe(true);
  });
});
