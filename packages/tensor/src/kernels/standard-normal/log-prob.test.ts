import { mul, tensor, zeros } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { key } from '../../random/key.js';
import { standardNormalLogProb } from './log-prob.js';
import { normal } from '../../random/random.js';
import { vjp } from '../../autodiff/vjp.js';
import { repetitions } from '../../testing/repetitions.js';

/** In float64. */
function reference(x: ArrayLike<number>, size: number): number[] {
  const rows = Array.from({ length: x.length / size }, (_, row) =>
    Array.from({ length: size }, (_, k) => x[row * size + k]),
  );
  return rows.map((row) =>
    row.reduce((total, number) => total - 0.5 * number * number - 0.5 * Math.log(2 * Math.PI), 0),
  );
}

describe('standardNormalLogProb', () => {
  test('over random shapes, with the gradient −x', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 0, maxLength: 2 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 0, maxLength: 2 }),
        async (batch, event) => {
          const x = mul(normal(key(1), [...batch, ...event]), 3);
          const cotangent = normal(key(2), batch);
          const size = event.reduce((product, number) => product * number, 1);
          const logProb = standardNormalLogProb(x, event.length);
          expect(logProb.shape).toEqual(batch);
          const [numbers, factors] = [await x.data(), await cotangent.data()];
          const wanted = reference(numbers, size);
          const own = await logProb.data();
          wanted.forEach((nats, row) =>
            expect(Math.abs(own[row] - nats)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(nats))),
          );
          const [gradient] = vjp((given) => standardNormalLogProb(given, event.length), [x], [cotangent]);
          await expect(gradient).toBeAllClose(
            tensor(
              Array.from(numbers, (number, i) => -number * factors[Math.floor(i / size)]),
              x.shape,
            ),
          );
          for (const each of [x, cotangent, logProb, gradient]) each.dispose();
        },
      ),
      { numRuns: repetitions(20) },
    );
  });

  test('of no events, and of a row with NaN', async () => {
    expect(standardNormalLogProb(zeros([0, 3]), 1).shape).toEqual([0]);
    const [, nan, other] = await standardNormalLogProb(
      tensor([
        [1, 1],
        [Number.NaN, 0],
        [0, 0],
      ]),
      1,
    ).data();
    expect(nan).toBeNaN();
    expect(other).toBeCloseTo(-1.837877, 5);
  });

  test('leaks nothing', async () => {
    const x = zeros([4, 3]);
    await expect(() => standardNormalLogProb(x, 1).dispose()).toLeakNoTensor();
  });
});
