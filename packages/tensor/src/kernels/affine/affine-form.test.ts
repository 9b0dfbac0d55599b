import { tensor, type Tensor, tidy, grads, mul, sum, add } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { applyAffineForm } from './affine-form.js';
import type { AffineForm } from './contract.js';

const scales = [
  { logScale: 'none' },
  { logScale: 'raw' },
  { logScale: 'bounded', bound: 2 },
  { logScale: 'gate', bound: 7, bias: 2 },
] as const;
const directions = [
  { sign: 1, before: 0, after: 1 },
  { sign: -1, before: 1, after: 0 },
  { sign: 1, before: 1, after: 1 },
] as const;
const forms: AffineForm[] = scales.flatMap((scale) => directions.map((direction) => ({ ...scale, ...direction })));

/** log-scale and its derivative, in float64. */
function logScaleOf({ logScale, bound = 1, bias = 0 }: AffineForm, r: number): [value: number, slope: number] {
  if (logScale === 'none') return [0, 0];
  if (logScale === 'raw') return [r, 1];
  const t = Math.tanh(r / bound);
  if (logScale === 'bounded') return [bound * t, 1 - t * t];
  const z = bound * t + bias;
  return [-Math.log1p(Math.exp(-z)), (1 - t * t) / (1 + Math.exp(z))];
}

/** Value, log-derivative, and the gradients of `a · value + b · log-derivative`, in float64. */
function exact(form: AffineForm, x: number, m: number, r: number, a: number, b: number) {
  const { sign, before, after } = form;
  const [logScale, slope] = logScaleOf(form, r);
  const scale = Math.exp(sign * logScale);
  const scaled = (x - before * m) * scale;
  return {
    value: scaled + after * m,
    logDet: sign * logScale,
    ofX: a * scale,
    ofM: a * (after - before * scale),
    ofR: (a * scaled + b) * sign * slope,
  };
}

const numbers = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => 2.5 * Math.sin(seed + 1.7 * i));

async function expectClose(actual: Tensor, expected: number[], what: string): Promise<void> {
  const values = await actual.data();
  expect(values.length, what).toBe(expected.length);
  // Exponentials of up to 2.5 on GPUs in software, which err by some units in the last place.
  for (const [i, value] of values.entries())
    expect(Math.abs(value - expected[i]), `${what} ${i}`).toBeLessThanOrEqual(3e-6 * (1 + Math.abs(expected[i])));
}

describe.each(forms)('the affine form %j', (form) => {
  const count = form.logScale === 'none' ? 1 : 2;

  // Vectors of four that are full or not, several tasks of a kernel, and axes before the last.
  test.each([[[0]], [[1]], [[2]], [[3]], [[7]], [[5000]], [[3, 2, 5]]])(
    'of numbers %j: values and gradients are those of float64',
    async (shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const [x, m, r, a, b] = [0, 1, 2, 3, 4].map((seed) => numbers(size, seed));
      const raw = m.flatMap((shift, i) => [shift, r[i]].slice(0, count));
      const results = tidy(() => {
        const given = [tensor(x, shape), tensor(raw, [...shape, count])] as const;
        const { value, logDet } = applyAffineForm(form, ...given);
        const loss = (input: Tensor, parameters: Tensor) => {
          const result = applyAffineForm(form, input, parameters);
          return sum(add(mul(result.value, tensor(a, shape)), mul(result.logDet, tensor(b, shape)))).asScalar();
        };
        return [value, logDet, ...grads(loss)([...given])];
      });
      const expected = x.map((number, i) => exact(form, number, m[i], r[i], a[i], b[i]));
      await expectClose(
        results[0],
        expected.map(({ value }) => value),
        'value',
      );
      await expectClose(
        results[1],
        expected.map(({ logDet }) => logDet),
        'logDet',
      );
      await expectClose(
        results[2],
        expected.map(({ ofX }) => ofX),
        'gradient of x',
      );
      const ofRaw = expected.flatMap(({ ofM, ofR }) => [ofM, ofR].slice(0, count));
      await expectClose(results[3], ofRaw, 'gradient of the parameters');
      for (const result of results) result.dispose();
    },
  );
});

test('parameters of one event serve a whole batch', async () => {
  const parameters = tensor([
    [1, 0.5],
    [2, -0.5],
  ]);
  const { value, logDet } = applyAffineForm(
    forms[3],
    tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    parameters,
  );
  const expected = [
    [1, 2],
    [3, 4],
    [5, 6],
  ].flatMap(([x, y]) => [exact(forms[3], x, 1, 0.5, 0, 0), exact(forms[3], y, 2, -0.5, 0, 0)]);
  await expectClose(
    value,
    expected.map((own) => own.value),
    'value',
  );
  await expectClose(
    logDet,
    expected.map((own) => own.logDet),
    'logDet',
  );
});

test('a shift that a form does not have may be infinite', async () => {
  const form: AffineForm = { logScale: 'raw', sign: 1, before: 0, after: 0 };
  const { value } = applyAffineForm(
    form,
    tensor([2, 2]),
    tensor([
      [Infinity, 0],
      [NaN, 0],
    ]),
  );
  expect(await value.array()).toEqual([2, 2]);
});
