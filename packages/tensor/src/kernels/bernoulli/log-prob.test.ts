import { add, grad, mul, ones, round, sum, tensor, tensor1d, type Tensor, zeros } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bernoulliLogProb } from './log-prob.js';
import { vjp } from '../../autodiff/vjp.js';
import { key } from '../../random/key.js';
import { normal, uniform } from '../../random/random.js';
import { repetitions } from '../../testing/repetitions.js';

const sigmoid = (l: number) => 1 / (1 + Math.exp(-l));
/** In float64. */
const logSigmoid = (l: number) => (l < 0 ? l - Math.log1p(Math.exp(l)) : -Math.log1p(Math.exp(-l)));

describe('bernoulliLogProb', () => {
  test('over random sizes, the outcomes repeated, with the gradient x − sigmoid(l)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), async (repeated, count) => {
        const logits = mul(normal(key(1), [repeated, count]), 9);
        const x = round(uniform(key(2), [count]));
        const cotangent = normal(key(3), [repeated, count]);
        const logProb = bernoulliLogProb(logits, x);
        expect(logProb.shape).toEqual([repeated, count]);
        const [ls, xs, cs, own] = await Promise.all([logits, x, cotangent, logProb].map((each) => each.data()));
        const [gradient] = vjp((given) => bernoulliLogProb(given, x), [logits], [cotangent]);
        const slopes = await gradient.data();
        for (const [i, l] of ls.entries()) {
          const outcome = xs[i % count];
          const wanted = logSigmoid(outcome === 1 ? l : -l);
          expect(Math.abs(own[i] - wanted)).toBeLessThanOrEqual(2e-6 * Math.abs(wanted) + 1e-37);
          const slope = cs[i] * (outcome === 1 ? sigmoid(-l) : -sigmoid(l));
          expect(Math.abs(slopes[i] - slope)).toBeLessThanOrEqual(2e-6 * Math.abs(slope) + 1e-37);
        }
        for (const each of [logits, x, cotangent, logProb, gradient]) each.dispose();
      }),
      { numRuns: repetitions(20) },
    );
  });

  test('of more numbers than one thread takes at a time', async () => {
    const logits = normal(key(4), [2, 9001]);
    const x = round(uniform(key(5), [9001]));
    const parts = [0, 1].map((row) => bernoulliLogProb(logits.slice([row, 0], [1, 9001]), x));
    await expect(bernoulliLogProb(logits, x)).toBeAllClose(parts[0].concat(parts[1]));
  });

  test('broadcasts either way, and the gradient of what is broadcast is a sum', async () => {
    const logits = tensor1d([0.5]);
    const x = tensor([
      [1, 0, 1],
      [0, 0, 1],
    ]);
    expect(bernoulliLogProb(logits, x).shape).toEqual([2, 3]);
    const [gradient] = vjp((given) => bernoulliLogProb(given, x), [logits], [ones([2, 3])]);
    await expect(gradient).toBeAllClose([3 - 6 * sigmoid(0.5)]);
    expect(() => bernoulliLogProb(zeros([2]), zeros([3]))).toThrow();
  });

  test('of logits of any size, of what is no outcome, and of NaN', async () => {
    const logits = tensor1d([1000, 1000, -1000, Infinity, -Infinity, 0, 0, Number.NaN]);
    const x = tensor1d([1, 0, 1, 1, 1, 0.5, Number.NaN, 1]);
    const own = await bernoulliLogProb(logits, x).data();
    expect(own[0]).toBeCloseTo(0, 30);
    expect([...own].slice(1, 3)).toEqual([-1000, -1000]);
    expect(own[3]).toBeCloseTo(0, 30);
    expect([...own].slice(4)).toEqual([-Infinity, -Infinity, Number.NaN, Number.NaN]);
    // What is no outcome gives the logit nothing.
    const [gradient] = vjp((given) => bernoulliLogProb(given, x), [logits], [ones([8])]);
    expect([...(await gradient.data())].slice(5, 7)).toEqual([0, 0]);
  });

  test('of no numbers', () => {
    expect(bernoulliLogProb(zeros([2, 0]), zeros([0])).shape).toEqual([2, 0]);
  });

  test('has gradients of gradients, −sigmoid(l) sigmoid(−l)', async () => {
    const x = tensor1d([1, 0]);
    const slope = grad((l: Tensor) => sum(bernoulliLogProb(l, x)));
    const curvature = grad((l: Tensor) => sum(add(slope(l), 0)))(tensor1d([0.3, -2]));
    await expect(curvature).toBeAllClose([0.3, -2].map((l) => -sigmoid(l) * sigmoid(-l)));
  });
});
