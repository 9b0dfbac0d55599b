import { add, fill, grad, mul, ones, round, sum, tensor, tensor1d, type Tensor, zeros } from '@tensorflow/tfjs-core';
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

/** The log-probability of one event. */
const eventLogProb = async (logits: Float32Array, x: Float32Array) =>
  (await bernoulliLogProb(tensor1d(logits), tensor1d(x), 1).data())[0];

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

  test('of events, the sums over them, with the gradient of each outcome times that of its event', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        fc.constantFrom(0.01, 1, 30),
        async (batch, event, isShared, scale) => {
          const size = event.reduce((product, count) => product * count, 1);
          const logits = mul(normal(key(1), [...batch, ...event]), scale);
          const x = round(uniform(key(2), isShared ? event : [...batch, ...event]));
          const cotangent = normal(key(3), batch);
          const logProb = bernoulliLogProb(logits, x, event.length);
          const [gradient] = vjp((given) => bernoulliLogProb(given, x, event.length), [logits], [cotangent]);
          expect(logProb.shape).toEqual(batch);
          expect(gradient.shape).toEqual(logits.shape);
          const [ls, xs, cs, own, slopes] = await Promise.all(
            [logits, x, cotangent, logProb, gradient].map((each) => each.data()),
          );
          for (const [row, nats] of own.entries()) {
            let wanted = 0;
            for (let i = row * size; i < (row + 1) * size; i++) {
              const outcome = xs[i % xs.length];
              wanted += logSigmoid(outcome === 1 ? ls[i] : -ls[i]);
              const slope = cs[row] * (outcome === 1 ? sigmoid(-ls[i]) : -sigmoid(ls[i]));
              expect(Math.abs(slopes[i] - slope)).toBeLessThanOrEqual(2e-6 * Math.abs(slope) + 1e-37);
            }
            expect(Math.abs(nats - wanted)).toBeLessThanOrEqual(1e-6 * Math.abs(wanted) + 1e-34);
          }
          for (const each of [logits, x, cotangent, logProb, gradient]) each.dispose();
        },
      ),
      { numRuns: repetitions(20) },
    );
  });

  test('of events that are all but certain, relative to themselves', async () => {
    for (const size of [4, 8, 37, 784]) {
      for (const logit of [8, 15, 40]) {
        const [own] = await bernoulliLogProb(fill([size], logit), ones([size]), 1).data();
        const wanted = -size * Math.log1p(Math.exp(-logit));
        expect(Math.abs(own - wanted)).toBeLessThanOrEqual(1e-6 * Math.abs(wanted));
      }
    }
  });

  test('of events with what is no outcome, with NaN, and of logits that are infinite', async () => {
    for (const size of [3, 45]) {
      const event = (at: number, number: number, rest: number) =>
        Float32Array.from({ length: size }, (_, i) => (i === at % size ? number : rest));
      for (const at of [0, 2, 9, size - 1]) {
        for (const x of [0.5, 1e-30, -1, Infinity, -Infinity])
          expect(await eventLogProb(event(at, 1, 1), event(at, x, 1))).toBe(-Infinity);
        expect(await eventLogProb(event(at, 1, 1), event(at, Number.NaN, 1))).toBeNaN();
        expect(await eventLogProb(event(at, Number.NaN, 1), event(at, 1, 1))).toBeNaN();
        expect(await eventLogProb(event(at, -Infinity, 1), event(at, 1, 0))).toBe(-Infinity);
        expect(await eventLogProb(event(at, Infinity, 1e4), event(at, 1, 1))).toBeCloseTo(0, 30);
        expect(await eventLogProb(event(at, -1e4, 1e4), event(at, 1, 1))).toBe(-1e4);
      }
    }
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

  test('of no numbers', async () => {
    expect(bernoulliLogProb(zeros([2, 0]), zeros([0])).shape).toEqual([2, 0]);
    expect(bernoulliLogProb(zeros([0, 2]), zeros([2]), 1).shape).toEqual([0]);
    expect(await bernoulliLogProb(zeros([2, 0]), zeros([0]), 1).array()).toEqual([0, 0]);
  });

  test('has gradients of gradients, −sigmoid(l) sigmoid(−l)', async () => {
    const x = tensor1d([1, 0]);
    const slope = grad((l: Tensor) => sum(bernoulliLogProb(l, x)));
    const curvature = grad((l: Tensor) => sum(add(slope(l), 0)))(tensor1d([0.3, -2]));
    await expect(curvature).toBeAllClose([0.3, -2].map((l) => -sigmoid(l) * sigmoid(-l)));
  });
});
