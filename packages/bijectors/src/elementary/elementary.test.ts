import { exp, grad, sigmoid, sum, tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Bijector } from '../contract/bijector.js';
import { Chain } from '../combinators/chain.js';
import { Invert } from '../combinators/invert.js';
import { checkBijector } from '../testing/index.js';
import { Exp } from './exp.js';
import { Power } from './power.js';
import { Scale } from './scale.js';
import { Shift } from './shift.js';
import { Sigmoid } from './sigmoid.js';
import { Softplus } from './softplus.js';
import { Tanh } from './tanh.js';

const MAPS: Record<string, { make: () => Bijector; domain?: (x: Tensor) => Tensor }> = {
  Exp: { make: () => new Exp() },
  Softplus: { make: () => new Softplus() },
  Sigmoid: { make: () => new Sigmoid() },
  Tanh: { make: () => new Tanh() },
  'Power(2)': { make: () => new Power(2), domain: exp },
  'Power(-0.5)': { make: () => new Power(-0.5), domain: exp },
  'Scale(-3)': { make: () => new Scale(-3) },
  'Shift(2)': { make: () => new Shift(2) },
  logarithm: { make: () => new Invert(new Exp()), domain: exp },
  logit: { make: () => new Invert(new Sigmoid()), domain: sigmoid },
};

const X = [-30, -2, 0, 0.5, 3, 20];

async function gradientOf(f: (x: Tensor) => Tensor, x: number[]): Promise<number[]> {
  const gradient = grad((at: Tensor) => sum(f(at)))(tensor1d(x));
  return Array.from(await gradient.data());
}

async function inverseOf(bijector: Bijector, y: number[]): Promise<number[]> {
  return Array.from(await bijector.inverse(tensor1d(y)).data());
}

describe('elementary bijectors', () => {
  test.each(Object.entries(MAPS))('%s obeys the laws', async (_, { make, domain }) => {
    await checkBijector(make, { domain, steps: 2 });
  });

  test('chained over vectors they obey the laws', async () => {
    await checkBijector(() => new Chain([new Scale(0.5), new Softplus(), new Power(1.5), new Shift(-1)]), { steps: 2 });
  });

  // In float64.
  test.each([
    [
      'softplus',
      new Softplus(),
      [9.357622968839737e-14, 0.1269280110429725, Math.LN2, 0.9740769841801067, 3.048587351573742, 20.000000002061153],
      [
        -30.000000000000092,
        -2.1269280110429727,
        -Math.LN2,
        -0.4740769841801067,
        -0.04858735157374206,
        -2.061153620314381e-9,
      ],
    ],
    [
      'sigmoid',
      new Sigmoid(),
      [9.357622968839299e-14, 0.11920292202211755, 0.5, 0.6224593312018546, 0.9525741268224334, 0.9999999979388463],
      [
        -30.00000000000019, -2.253856022085945, -1.3862943611198906, -1.4481539683602134, -3.097174703147484,
        -20.000000004122306,
      ],
    ],
    [
      'tanh',
      new Tanh(),
      [-1, -0.9640275800758169, 0, 0.46211715726000974, 0.9950547536867305, 1],
      [-58.61370563888011, -2.6500054947157285, 0, -0.24022901391655516, -4.61865700915557, -38.61370563888011],
    ],
  ] as const)('%s equals a float64 reference, far tails included', async (_, bijector, expected, expectedLogDet) => {
    const { value, logDet } = bijector.forwardAndLogDet(tensor1d(X));
    await expect(value).toBeAllClose([...expected], { rtol: 2e-6, atol: 1e-30 });
    await expect(logDet).toBeAllClose([...expectedLogDet], { rtol: 1e-6, atol: 2e-7 });
  });

  test('the inverse of softplus is accurate from tiny to huge', async () => {
    const { value, logDet } = new Softplus().inverseAndLogDet(tensor1d([1e-10, 1e-3, 0.5, 3, 50, 1e6]));
    await expect(value).toBeAllClose(
      [-23.02585092989046, -6.9072552373154705, -0.43275212956718856, 2.9489308190572983, 50, 1e6],
      { rtol: 1e-6 },
    );
    await expect(logDet).toBeAllClose(
      [23.025850929990458, 6.908255237315471, 0.9327521295671886, 0.051069180942701596, 0, 0],
      { rtol: 2e-6 },
    );
  });

  test.each(['Exp', 'Softplus', 'Sigmoid', 'Tanh'])(
    'the log-derivative of %s and its gradient are finite far out',
    async (name) => {
      const far = [-1e4, -100, 100, 1e4];
      const bijector = MAPS[name].make();
      const { logDet } = bijector.forwardAndLogDet(tensor1d(far));
      expect(Array.from(await logDet.data()).every(Number.isFinite)).toBe(true);
      const gradient = await gradientOf((x) => bijector.forwardAndLogDet(x).logDet, far);
      await expect(gradient).toBeAllClose(
        name === 'Exp'
          ? [1, 1, 1, 1]
          : name === 'Softplus'
            ? [1, 1, 0, 0]
            : name === 'Sigmoid'
              ? [1, 1, -1, -1]
              : [2, 2, -2, -2],
      );
    },
  );

  test('outside of the domain is NaN, at its end infinite or what rounds to it', async () => {
    expect(await inverseOf(new Exp(), [-1, 0])).toEqual([Number.NaN, -Infinity]);
    expect(await inverseOf(new Softplus(), [-1, 0])).toEqual([Number.NaN, -Infinity]);
    expect(await inverseOf(new Sigmoid(), [-0.1, 0, 1, 1.1])).toEqual([
      Number.NaN,
      -Infinity,
      Math.fround(25 * Math.LN2),
      Number.NaN,
    ]);
    expect(await inverseOf(new Tanh(), [-1.1, -1, 1, 1.1])).toEqual([
      Number.NaN,
      Math.fround(-13 * Math.LN2),
      Math.fround(13 * Math.LN2),
      Number.NaN,
    ]);
    expect(await inverseOf(new Power(2), [-4])).toEqual([Number.NaN]);
    expect(Array.from(await new Power(2).forward(tensor1d([-3])).data())).toEqual([Number.NaN]);
  });

  test('power, scale and shift do what they say', async () => {
    const x = tensor1d([0.5, 2, 30]);
    const power = new Power(3).forwardAndLogDet(x);
    await expect(power.value).toBeAllClose([0.125, 8, 27000]);
    await expect(power.logDet).toBeAllClose([3 * 0.25, 3 * 4, 3 * 900].map(Math.log));
    const scale = new Scale(-4).forwardAndLogDet(x);
    await expect(scale.value).toBeAllClose([-2, -8, -120]);
    await expect(scale.logDet).toBeAllClose([1, 1, 1].map(() => Math.log(4)));
    const shift = new Shift(-1).inverseAndLogDet(x);
    await expect(shift.value).toBeAllClose([1.5, 3, 31]);
    await expect(shift.logDet).toBeAllClose([0, 0, 0]);
  });

  test('refuse parameters that are none', () => {
    expect(() => new Power(0)).toThrow('Power: exponent must be finite and not 0, got 0');
    expect(() => new Scale(Number.NaN)).toThrow('Scale: scale must be finite and not 0, got NaN');
    expect(() => new Shift(Infinity)).toThrow('Shift: shift must be finite, got Infinity');
    expect(() => new Tanh().forward(tensor1d([1, 2]), tensor1d([1]))).toThrow(
      'Tanh takes no context, got one of shape [1]',
    );
  });
});
