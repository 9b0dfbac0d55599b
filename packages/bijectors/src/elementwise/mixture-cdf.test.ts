import { add, grads, mul, neg, sub, sum, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { key, normal, softplus } from '@pushforward/tensor';
import { standardNormalLogProb } from '@pushforward/tensor/kernels';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../testing/index.js';
import { MixtureCdfTransform } from './mixture-cdf.js';

/** Logits, raw locations and raw log-scales of three components. */
const RAW = [0.5, -1, 0.2, -3, 0.4, 1.5, -0.5, 0.3, -1.2];

// [x, y, log dy/dx, log-density of the mixture at x], computed with 60 digits and more for the float32 numbers nearest to x and RAW.
const PINNED = {
  gaussian: [
    [-60, -44.8021811778, -0.300899587978, -1004.8376],
    [-12, -9.41899996065, -0.324121691782, -45.60184],
    [-5, -4.48870621081, -0.403340401915, -11.396521],
    [-1.5, -0.63218804226, 0.0606042944779, -1.0581651],
    [-0.3, 0.0784175751253, -1.64475933042, -2.5667725],
    [0.25, 0.150853157614, -2.32355864405, -3.2538755],
    [0.9, 0.207992520061, -2.51661596446, -3.4571849],
    [2, 0.487630422844, 0.0418287192959, -0.99600153],
    [2.6, 1.61512946053, 0.892326466925, -1.3309337],
    [4, 3.33002619169, -0.487805656323, -6.9512814],
    [15, 11.015531349, -0.317625835786, -61.90753],
    [80, 59.0168078732, -0.300440777909, -1742.7112],
  ],
  logistic: [
    [-60, -46.9285901958, -0.299816473273, -47.228407],
    [-12, -11.3615322308, -0.298261150776, -11.659817],
    [-5, -5.61443177286, 0.124230709384, -5.4974776],
    [-1.5, -0.959767001413, 0.107650832389, -1.5006004],
    [-0.3, -0.0411473287164, -0.824103043964, -2.2108207],
    [0.25, 0.145742933372, -1.34440537287, -2.7360053],
    [0.9, 0.286925837946, -1.58432417835, -2.9911299],
    [2, 0.894946961587, 0.30875917586, -1.271422],
    [2.6, 2.0905913899, 0.891474184591, -1.4322178],
    [4, 4.74264779536, 0.0659949456074, -4.6940084],
    [15, 12.9929055524, -0.299833804423, -13.292744],
    [80, 61.1549106945, -0.299816473273, -61.454727],
  ],
};
const FAMILIES = ['gaussian', 'logistic'] as const;

/** Column i of the pinned numbers. */
const column = (family: keyof typeof PINNED, i: number) => PINNED[family].map((row) => row[i]);

describe('MixtureCdfTransform', () => {
  const options = FAMILIES.flatMap((family) =>
    [1, 4].flatMap((components) => [false, true].map((affine) => ({ family, components, affine }))),
  );
  test.each(representatives([{}, ...options]))('obeys the laws with %j', async (given) => {
    await checkElementwiseTransform(() => new MixtureCdfTransform(given));
  });

  describe.each(FAMILIES)('of %s components', (family) => {
    const transform = new MixtureCdfTransform({ family, components: 3 });

    test('equals a reference of many digits, in both tails and between the components', async () => {
      const { value, logDet } = transform.forwardAndLogDet(tensor1d(column(family, 0)), tensor1d(RAW));
      await expect(value).toBeAllClose(column(family, 1), { rtol: 1e-6, atol: 1e-6 });
      await expect(logDet).toBeAllClose(column(family, 2), { rtol: 2e-6, atol: 2e-6 });
    });

    test('makes the density of the mixture of the standard one', async () => {
      const { value, logDet } = transform.forwardAndLogDet(tensor1d(column(family, 0)), tensor1d(RAW));
      const base =
        family === 'gaussian' ? standardNormalLogProb(value, 0) : neg(add(value, mul(softplus(neg(value)), 2)));
      // A millionth of the density's logarithm, which is −1743 at the worst place.
      await expect(add(base, logDet)).toBeAllClose(column(family, 3), { rtol: 1e-6, atol: 2e-6 });
    });

    test('comes back, as near as the slope allows', async () => {
      const back = transform.inverseAndLogDet(tensor1d(column(family, 1)), tensor1d(RAW));
      await expect(back.value).toBeAllClose(column(family, 0), { rtol: 2e-6, atol: 1e-5 });
      await expect(back.logDet).toBeAllClose(
        column(family, 2).map((number) => -number),
        { rtol: 1e-5, atol: 1e-5 },
      );
    });

    test.each([1, 3])('comes back for parameters of standard deviation %d, near and far', async (deviation) => {
      const wide = new MixtureCdfTransform({ family, affine: true });
      for (const [seed, x] of [-1e4, -100, -10, -1, 0, 1, 10, 100, 1e4].entries()) {
        const parameters = mul(normal(key(seed), [50, wide.parameterCount]), deviation);
        const given = tensor1d(Array.from({ length: 50 }, () => x));
        const there = wide.forwardAndLogDet(given, parameters);
        const back = wide.inverseAndLogDet(there.value, parameters);
        // Where the map is flat, x is known no better than y's rounding over the slope: the round trip is asked of y.
        const again = wide.forwardAndLogDet(back.value, parameters);
        await expect(again.value).toBeAllClose(there.value, { rtol: 1e-4, atol: 1e-4 });
      }
    });

    test('the inverse has the gradient of the implicit function', async () => {
      const y = tensor1d([-9, -0.6, 0.4, 2]);
      const parameters = tensor2d(Array.from({ length: 4 }, () => RAW));
      const x = transform.inverseAndLogDet(y, parameters).value;
      const [byX, byParameters] = grads((x: Tensor, p: Tensor) => sum(transform.forwardAndLogDet(x, p).value))([
        x,
        parameters,
      ]);
      const [byY, alsoByParameters] = grads((y: Tensor, p: Tensor) => sum(transform.inverseAndLogDet(y, p).value))([
        y,
        parameters,
      ]);
      const slopes = await byX.data();
      await expect(byY).toBeAllClose(
        Array.from(slopes, (slope) => 1 / slope),
        { rtol: 1e-5 },
      );
      const partials = (await byParameters.array()) as number[][];
      await expect(alsoByParameters).toBeAllClose(
        partials.map((row, i) => row.map((partial) => -partial / slopes[i])),
        { rtol: 1e-4, atol: 1e-5 },
      );
    });

    test('a component far from all the others pulls at a point in the gap between them', async () => {
      // Steps of scale 1/20 at ±5, and a point next to the upper one: its density is far below what float32 holds.
      const narrow = new MixtureCdfTransform({ family, components: 2 });
      const parameters = tensor1d([0, 0, -7.5, 3.75, -3, -3]);
      const logDensity = (x: Tensor, p: Tensor) => {
        const { value, logDet } = narrow.forwardAndLogDet(x, p);
        return sum(sub(logDet, mul(mul(value, value), 0.5)));
      };
      const [, byParameters] = grads(logDensity)([tensor1d([3]), parameters]);
      const gradient = await byParameters.data();
      expect(gradient.every(Number.isFinite)).toBe(true);
      expect(gradient[3]).toBeLessThan(-10);
    });
  });

  test('an affine map follows, with the last two parameters', async () => {
    const plain = new MixtureCdfTransform({ components: 3 });
    const affine = new MixtureCdfTransform({ components: 3, affine: true });
    const x = tensor1d([-2, 0.5, 7]);
    const logScale = 5 * Math.tanh(0.8 / 5);
    const { value, logDet } = affine.forwardAndLogDet(x, tensor1d([...RAW, -1.5, 0.8]));
    const before = plain.forwardAndLogDet(x, tensor1d(RAW));
    await expect(value).toBeAllClose(sub(mul(before.value, Math.exp(logScale)), 1.5), { rtol: 1e-5 });
    await expect(logDet).toBeAllClose(add(before.logDet, logScale), { atol: 1e-5 });
  });

  test('refuses options that make no mixture, and parameters of another number', () => {
    expect(() => new MixtureCdfTransform({ components: 0 })).toThrow(
      'MixtureCdfTransform: components must be an integer of at least 1, got 0',
    );
    expect(() => new MixtureCdfTransform({ family: 'normal' as 'gaussian' })).toThrow(
      "MixtureCdfTransform: family must be 'gaussian' or 'logistic', got 'normal'",
    );
    expect(() => new MixtureCdfTransform({ components: 2 }).forwardAndLogDet(tensor1d([1]), tensor2d([[1]]))).toThrow(
      'MixtureCdfTransform: parameters must be [..., 6], got [1, 1]',
    );
  });
});
