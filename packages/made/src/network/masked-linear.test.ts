import { mul, ones, square, sum, type Tensor, tensor, tensor2d, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { buildModule, key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { MaskedLinear } from './masked-linear.js';
import { madeModules } from '../modules.js';

const mask = [
  [1, 0, 1],
  [1, 0, 0],
];

describe('masked linear', () => {
  test('masked weights act as zeros, whatever they are', async () => {
    const layer = new MaskedLinear(mask, { seed: 0 });
    layer.weights.assign(
      tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
    layer.bias!.assign(tensor([10, 20, 30]));
    await expect(layer.apply(tensor2d([[1, 10]]))).toBeAllClose(tensor2d([[1 + 40 + 10, 20, 3 + 30]]));
    await expect(layer.apply(ones([2, 0, 2]))).toBeAllClose(zeros([2, 0, 3]));
  });

  test('under weight normalisation each output has its gain as the length of its weights', async () => {
    const layer = new MaskedLinear(mask, { seed: 0, weightNorm: true });
    layer.weights.assign(
      tensor2d([
        [3, 2, 8],
        [4, 5, 6],
      ]),
    );
    layer.gain!.assign(tensor([10, 20, 30]));
    await expect(layer.effectiveWeights()).toBeAllClose(
      tensor2d([
        [6, 0, 30],
        [8, 0, 0],
      ]),
    );
  });

  test('weight normalisation starts with the same spread as plain weights', async () => {
    const [plain, normed] = [false, true].map((weightNorm) =>
      new MaskedLinear(mask, { seed: 3, gain: 2, weightNorm }).effectiveWeights(),
    );
    await expect(normed).toBeAllClose(plain);
  });

  test('an output with n unmasked inputs starts with a standard deviation of gain / √n', async () => {
    const wide = Array.from({ length: 400 }, (_, i) => [1, i < 100 ? 1 : 0]);
    const weights = new MaskedLinear(wide, { seed: 0, gain: 2 }).effectiveWeights();
    await expect(sum(square(weights), 0)).toBeAllClose([4, 4], { rtol: 0.15 });
  });

  test('a gain of 0 starts at 0 and still has a gradient', async () => {
    for (const weightNorm of [false, true]) {
      const layer = new MaskedLinear(mask, { seed: 0, gain: 0, weightNorm });
      await expect(layer.effectiveWeights()).toBeAllClose(zeros([2, 3]));
      const target = weightNorm ? layer.gain! : layer.weights;
      const { grads } = variableGrads(
        () => sum(mul(layer.apply(normal(key(1), [4, 2])), tensor([1, 2, 3]))).asScalar(),
        [target],
      );
      const gradient: Tensor = grads[target.name];
      expect((await gradient.data()).every(Number.isFinite)).toBe(true);
      expect((await gradient.data()).some((value) => value !== 0)).toBe(true);
    }
  });

  test.each([
    { weightNorm: true, bias: false },
    { weightNorm: false, bias: true },
  ])('rebuilt from its configuration: %j', async (options) => {
    const layer = new MaskedLinear(mask, { ...options, seed: 0 });
    const copy = buildModule<MaskedLinear>(JSON.parse(JSON.stringify(layer.config())), madeModules);
    expect([...copy.variables().keys()]).toEqual([...layer.variables().keys()]);
    for (const [path, variable] of layer.variables()) copy.variables().get(path)!.assign(variable);
    expect(await copy.apply(ones([1, 2])).data()).toEqual(await layer.apply(ones([1, 2])).data());
  });

  test('frees its mask with its variables', async () => {
    await expect(() => new MaskedLinear(mask, { weightNorm: true })).toLeakNoTensor();
  });

  test('refuses what does not fit', () => {
    expect(() => new MaskedLinear(mask, { seed: 0 }).apply(ones([2, 3]))).toThrow(
      'linear: x must be [..., 2], got [2, 3]',
    );
  });
});
