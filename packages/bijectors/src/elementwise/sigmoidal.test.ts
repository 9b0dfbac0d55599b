import { grads, mul, sum, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../testing/index.js';
import { SigmoidalTransform } from './sigmoidal.js';

const sigmoid = (u: number) => 1 / (1 + Math.exp(-u));

/** The formula of the doc comment in float64; its mixtures stay clear of 0 and 1 for the places of these tests. */
function evaluate(x: number, raw: readonly number[]): [value: number, logDerivative: number] {
  const units = raw.length / 3;
  const epsilon = 0.001;
  const exponentials = raw.slice(2 * units).map(Math.exp);
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  let mixture = 0;
  let derivative = 0;
  for (let k = 0; k < units; k++) {
    const slope = Math.log1p(Math.exp(raw[k] + Math.log(Math.E - 1)));
    const share = sigmoid(slope * x + (raw[units + k] * 2 * (k + 1)) / (units + 1));
    mixture += (exponentials[k] / total) * share;
    derivative += (exponentials[k] / total) * slope * share * (1 - share);
  }
  return [
    epsilon * x + (1 - epsilon) * Math.log(mixture / (1 - mixture)),
    Math.log(epsilon + ((1 - epsilon) * derivative) / (mixture * (1 - mixture))),
  ];
}

const RAW = [
  [0.5, -1, 2, 0.3, -0.7, 1.2, 0.4, -0.2, 0.9],
  [0, 0, 0, 0, 0, 0, 0, 0, 0],
  [3, -3, 0, 2, -2, 1, -1, 0, 1],
];
const X = [0.7, -1.3, -2];

describe('SigmoidalTransform', () => {
  test.each(representatives([{}, { units: 1 }, { units: 3, minDerivative: 0.1 }]))(
    'obeys the laws with %j',
    async (options) => {
      await checkElementwiseTransform(() => new SigmoidalTransform(options));
    },
  );

  test('equals a float64 reference', async () => {
    const expected = X.map((x, i) => evaluate(x, RAW[i]));
    const transform = new SigmoidalTransform({ units: 3 });
    const { value, logDet } = transform.forwardAndLogDet(tensor1d(X), tensor2d(RAW));
    await expect(value).toBeAllClose(
      expected.map(([y]) => y),
      { rtol: 1e-5, atol: 1e-6 },
    );
    await expect(logDet).toBeAllClose(
      expected.map(([, logDerivative]) => logDerivative),
      { rtol: 1e-5, atol: 1e-6 },
    );
    const back = transform.inverseAndLogDet(tensor1d(expected.map(([y]) => y)), tensor2d(RAW));
    await expect(back.value).toBeAllClose(X, { rtol: 1e-5, atol: 1e-6 });
  });

  test.each([1, 3])('comes back for parameters of standard deviation %d, near and far', async (deviation) => {
    const places = [-1e4, -100, -10, -1, 0, 1, 10, 100, 1e4];
    const transform = new SigmoidalTransform();
    for (const [seed, x] of places.entries()) {
      const parameters = mul(normal(key(seed), [50, 24]), deviation);
      const given = tensor1d(Array.from({ length: 50 }, () => x));
      const there = transform.forwardAndLogDet(given, parameters);
      const back = transform.inverseAndLogDet(there.value, parameters);
      // Where the map is flat, x is known no better than y's rounding over the slope: the round trip is asked of y.
      const again = transform.forwardAndLogDet(back.value, parameters);
      await expect(again.value).toBeAllClose(there.value, { rtol: 1e-4, atol: 1e-4 });
    }
  });

  test('the inverse has the gradient of the implicit function', async () => {
    const transform = new SigmoidalTransform({ units: 3 });
    const parameters = tensor2d(RAW);
    const y = tensor1d([0.3, 2, -1]);
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

  test('refuses options that make no network, and parameters of another number', () => {
    expect(() => new SigmoidalTransform({ units: 0 })).toThrow(
      'SigmoidalTransform: units must be an integer of at least 1, got 0',
    );
    expect(() => new SigmoidalTransform({ minDerivative: 0 })).toThrow(
      'SigmoidalTransform: minDerivative must be above 0 and below 1, got 0',
    );
    expect(() => new SigmoidalTransform({ units: 2 }).forwardAndLogDet(tensor1d([1]), tensor2d([[1]]))).toThrow(
      'SigmoidalTransform: parameters must be [..., 6], got [1, 1]',
    );
  });
});
