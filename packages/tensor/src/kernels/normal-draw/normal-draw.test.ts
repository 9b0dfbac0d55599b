import { add, grad, mul, ones, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { vjp } from '../../autodiff/vjp.js';
import { key } from '../../random/key.js';
import { normal } from '../../random/random.js';
import { repetitions } from '../../testing/repetitions.js';
import { normalDraw } from './normal-draw.js';

const close = (actual: ArrayLike<number>, wanted: readonly number[], what: string) => {
  expect(actual.length, what).toBe(wanted.length);
  for (const [i, number] of wanted.entries())
    expect(Math.abs(actual[i] - number), `${what} ${i}`).toBeLessThanOrEqual(3e-6 * (1 + Math.abs(number)));
};

describe('normalDraw', () => {
  test('over random shapes: values, log-densities and all gradients are those of float64', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (draws, batch, size) => {
          const shape = [...draws, ...batch, size];
          const loc = normal(key(1), [...batch, size]);
          const logScale = mul(normal(key(2), [...batch, size]), 0.7);
          const noise = normal(key(3), shape);
          const cotangents = [normal(key(4), shape), normal(key(5), [...draws, ...batch])];
          const inputs = [loc, logScale, noise];
          const { value, logProb } = normalDraw(loc, logScale, noise);
          expect([value.shape, logProb.shape]).toEqual([shape, [...draws, ...batch]]);
          const gradients = vjp(
            (from, by, of) => {
              const result = normalDraw(from, by, of);
              return [result.value, result.logProb];
            },
            inputs,
            cotangents,
          );
          const [m, l, e, dz, dq] = await Promise.all([...inputs, ...cotangents].map((each) => each.data()));
          const numbers = m.length;
          const nats = Array.from(dq, () => 0);
          const [ofLoc, ofScale] = [Array.from(m, () => 0), Array.from(m, () => 0)];
          const [values, ofNoise]: [number[], number[]] = [[], []];
          for (const [i, standard] of e.entries()) {
            const [k, row] = [i % numbers, Math.floor(i / size)];
            const scale = Math.exp(l[k]);
            values.push(m[k] + scale * standard);
            nats[row] -= 0.5 * standard * standard + l[k] + 0.5 * Math.log(2 * Math.PI);
            ofLoc[k] += dz[i];
            ofScale[k] += dz[i] * standard * scale - dq[row];
            ofNoise.push(dz[i] * scale - dq[row] * standard);
          }
          close(await value.data(), values, 'value');
          close(await logProb.data(), nats, 'logProb');
          for (const [i, wanted] of [ofLoc, ofScale, ofNoise].entries())
            close(await gradients[i].data(), wanted, `gradient ${i}`);
          for (const each of [...inputs, ...cotangents, value, logProb, ...gradients]) each.dispose();
        },
      ),
      { numRuns: repetitions(20) },
    );
  });

  test('one log-scale for all numbers, and shapes that do not fit', async () => {
    const { value, logProb } = normalDraw(zeros([3]), tensor([Math.log(2)]), ones([2, 3]));
    await expect(value).toBeAllClose(ones([2, 3]).mul(2));
    close(await logProb.data(), [0, 0].fill(-3 * (0.5 + Math.log(2) + 0.5 * Math.log(2 * Math.PI))), 'logProb');
    expect(() => normalDraw(zeros([3]), zeros([3]), ones([2, 4]))).toThrow();
  });

  test('of no rows, and of NaN in one row', async () => {
    expect(normalDraw(zeros([0, 3]), zeros([0, 3]), zeros([2, 0, 3])).logProb.shape).toEqual([2, 0]);
    const { value, logProb } = normalDraw(zeros([2, 1]), tensor([[Number.NaN], [0]]), ones([2, 1]));
    expect([...(await value.data())]).toEqual([Number.NaN, 1]);
    expect((await logProb.data())[0]).toBeNaN();
    expect((await logProb.data())[1]).toBeCloseTo(-1.418939, 5);
  });

  test('has gradients of gradients', async () => {
    const noise = tensor([[0.5, -2]]);
    const slope = grad((l: Tensor) => {
      const { value, logProb } = normalDraw(zeros([1, 2]), l, noise);
      return add(sum(mul(value, value)), sum(logProb));
    });
    // Of Σ e²ˡ ε² it is 4 e²ˡ ε².
    const curvature = grad((l: Tensor) => sum(add(slope(l), 0)))(tensor([[0.3, 0]]));
    await expect(curvature).toBeAllClose([[4 * Math.exp(0.6) * 0.25, 16]]);
  });

  test('leaks nothing', async () => {
    const [loc, noise] = [zeros([4, 3]), ones([2, 4, 3])];
    await expect(() => {
      const { value, logProb } = normalDraw(loc, loc, noise);
      value.dispose();
      logProb.dispose();
    }).toLeakNoTensor();
  });
});
