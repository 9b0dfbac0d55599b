import { setBackend, tensor, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { key, normal, split, uniform, vjp } from '@pushforward/tensor';
import { hasSplineKernels } from '@pushforward/tensor/kernels';
import { afterAll, describe, expect, test } from 'vitest';
import type { ElementwiseTransform } from '../../contract/elementwise-transform.js';
import { CircularSplineTransform } from './circular-spline.js';
import { RationalQuadraticSplineTransform } from './rational-quadratic-spline.js';
import type { SplineOptions } from './spline.js';

// The kernel of the wasm backend against the composition of tf ops, which the cpu backend runs.

const ways = ['forwardAndLogDet', 'inverseAndLogDet'] as const;
type Way = (typeof ways)[number];
type Make = (options: SplineOptions & { bound?: number }) => ElementwiseTransform;
const forms: [string, Make][] = [
  ['on the line', (options) => new RationalQuadraticSplineTransform(options)],
  ['on the circle', (options) => new CircularSplineTransform(options)],
];
const cases = forms.flatMap(([name, make]) => ways.map((way): [string, Way, Make] => [name, way, make]));

afterAll(async () => {
  await setBackend('wasm');
});

/** Numbers, their raw parameters, and cotangents of values and log-derivatives. */
interface Arguments {
  x: Float32Array;
  raw: Float32Array;
  cotangents: [Float32Array, Float32Array];
}

interface Results {
  value: Float32Array;
  logDet: Float32Array;
  dx: Float32Array;
  draw: Float32Array;
}

async function argumentsFor(
  seed: number,
  count: number,
  parameterCount: number,
  bound: number,
  scale: number,
): Promise<Arguments> {
  const [a, b, c, d] = split(key(seed), 4);
  const tensors = [
    uniform(a, [count], { minval: -1.3 * bound, maxval: 1.3 * bound }),
    normal(b, [count, parameterCount]),
    normal(c, [count]),
    normal(d, [count]),
  ];
  const [x, raw, ...cotangents] = (await Promise.all(tensors.map((each) => each.data()))) as Float32Array[];
  return { x, raw: raw.map((value) => scale * value), cotangents: cotangents as [Float32Array, Float32Array] };
}

async function evaluateOn(
  backendName: string,
  transform: ElementwiseTransform,
  way: Way,
  { x, raw, cotangents }: Arguments,
): Promise<Results> {
  await setBackend(backendName);
  const count = x.length;
  const inputs = [tensor(x, [count]), tensor(raw, [count, transform.parameterCount])];
  const { value, logDet } = transform[way](inputs[0], inputs[1]);
  const gradients = vjp(
    (...args: Tensor[]) => Object.values(transform[way](args[0], args[1])),
    inputs,
    cotangents.map((each) => tensor(each, [count])),
  );
  const results = await Promise.all([value, logDet, ...gradients].map((each) => each.data()));
  for (const each of [value, logDet, ...gradients, ...inputs]) each.dispose();
  const [values, logDets, dx, draw] = results as Float32Array[];
  return { value: values, logDet: logDets, dx, draw };
}

const onBoth = async (transform: ElementwiseTransform, way: Way, args: Arguments) => [
  await evaluateOn('wasm', transform, way, args),
  await evaluateOn('cpu', transform, way, args),
];

test('the wasm backend has the kernels, the cpu backend has not', async () => {
  await setBackend('cpu');
  expect(hasSplineKernels()).toBe(false);
  await setBackend('wasm');
  expect(hasSplineKernels()).toBe(true);
});

const length = (numbers: Float32Array) => Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0));

/** The length of the difference by the length of what is expected. */
function distance(actual: Float32Array, expected: Float32Array): number {
  return actual.length === 0 ? 0 : length(actual.map((value, i) => value - expected[i])) / length(expected);
}

// Bins of a good size: the rounding of the knots to float32, another for every order of the same sums, is not magnified too much.
const wide = (bins: number, bound: number) => ({
  bins,
  bound,
  minWidth: 0.5 / bins,
  minHeight: 0.5 / bins,
  minDerivative: 0.5,
});

describe.each(cases)('a spline %s, %s, by the kernel', (_, way, make) => {
  test.each([
    [1, 2, 1],
    [2, 3, 2],
    [3, 4, 1],
    [5, 5, 3],
    [4, 16, 1],
    [7, 11, 5],
    [63, 7, 1],
    [66, 6, Math.PI],
    [131, 8, 3],
    [257, 9, 1],
    [200, 16, 1],
    [64, 10, 2],
    [65, 12, 1],
    [70, 13, 1],
    [99, 14, 4],
    [100, 15, 1],
  ])('%i numbers, %i bins, bound %d: values and gradients', async (count, bins, bound) => {
    const transform = make(wide(bins, bound));
    const [actual, expected] = await onBoth(
      transform,
      way,
      await argumentsFor(count, count, transform.parameterCount, bound, 1),
    );
    await expect(actual.value).toBeAllClose(expected.value);
    await expect(actual.logDet).toBeAllClose(expected.logDet, { atol: 1e-5 });
    // As vectors: where a bin is narrow a place in it is uncertain by K / bound times the rounding, and the single gradient by up to K² times.
    expect(distance(actual.dx, expected.dx)).toBeLessThan(1e-5);
    expect(distance(actual.draw, expected.draw)).toBeLessThan(1e-5);
    await expect(actual.dx).toBeAllClose(expected.dx, { rtol: 1e-3, atol: 1e-3 });
    await expect(actual.draw).toBeAllClose(expected.draw, { rtol: 1e-3, atol: 1e-3 });
  });

  test('with the usual limits of bins, values and gradients agree but for the rounding of knots, which narrow bins magnify', async () => {
    for (const bins of [2, 8, 13]) {
      const transform = make({ bins, bound: 3 });
      const [actual, expected] = await onBoth(
        transform,
        way,
        await argumentsFor(bins, 500, transform.parameterCount, 3, 1),
      );
      for (const name of ['value', 'logDet', 'dx', 'draw'] as const)
        expect(distance(actual[name], expected[name]), name).toBeLessThan(1e-4);
    }
  });

  test('at and beyond the ends, and at knots', async () => {
    const transform = make({ bins: 4, bound: 2 });
    const edges = [-2, -1, 0, 1, 2, -2.0000002, 2.0000002, -3, 5, -1e4, 1e4, 1e30, -1e30];
    const args = await argumentsFor(7, edges.length, transform.parameterCount, 2, 0);
    const [actual, expected] = await onBoth(transform, way, { ...args, x: Float32Array.from(edges) });
    for (const name of ['value', 'logDet', 'dx', 'draw'] as const)
      await expect(actual[name]).toBeAllClose(expected[name]);
    const shaped = await argumentsFor(8, edges.length, transform.parameterCount, 2, 1);
    const [bent, wanted] = await onBoth(transform, way, { ...shaped, x: Float32Array.from(edges) });
    for (const name of ['value', 'logDet', 'dx', 'draw'] as const)
      expect(distance(bent[name], wanted[name]), name).toBeLessThan(2e-5);
  });

  test.each([10, 100, 1e4, 1e10])(
    'finite for raw parameters of a size of %d, near to the composition',
    async (scale) => {
      const transform = make({ bins: 5, bound: 1 });
      const args = await argumentsFor(9, 300, transform.parameterCount, 1, scale);
      const [actual, expected] = await onBoth(transform, way, args);
      for (const name of ['value', 'logDet', 'dx', 'draw'] as const)
        expect(actual[name].every(Number.isFinite), name).toBe(true);
      // The knots' rounding of 1e-7 times the largest derivative, 1 / minHeight.
      await expect(actual.value).toBeAllClose(expected.value, { atol: 1e-3 });
      await expect(actual.logDet).toBeAllClose(expected.logDet, { rtol: 1e-3, atol: 1e-3 });
    },
  );

  test('NaN stays in its own row', async () => {
    const transform = make({ bins: 3, bound: 1 });
    const count = 7;
    const args = await argumentsFor(10, count, transform.parameterCount, 1, 1);
    const clean = await evaluateOn('wasm', transform, way, args);
    const P = transform.parameterCount;
    const x = args.x.with(1, NaN);
    const raw = args.raw.with(4 * P + 1, NaN).with(6 * P + 4, NaN);
    const dirty = await evaluateOn('wasm', transform, way, { ...args, x, raw });
    for (let row = 0; row < count; row++) {
      const rowOf = ({ value, logDet, dx, draw }: Results) => [
        value[row],
        logDet[row],
        dx[row],
        ...draw.subarray(row * P, (row + 1) * P),
      ];
      if ([1, 4, 6].includes(row)) expect(rowOf(dirty).some(Number.isNaN)).toBe(true);
      else expect(rowOf(dirty)).toEqual(rowOf(clean));
    }
  });

  test('an empty batch stays empty', async () => {
    const transform = make({ bins: 3 });
    const none = new Float32Array(0);
    const results = await evaluateOn('wasm', transform, way, { x: none, raw: none, cotangents: [none, none] });
    for (const each of Object.values(results)) expect(each).toHaveLength(0);
  });

  test('leaks no tensor', async () => {
    await setBackend('wasm');
    const transform = make({ bins: 3 });
    const [x, raw, one] = [tensor([0.5, 1]), zeros([2, transform.parameterCount]), tensor([1, 1])];
    await expect(() => Object.values(transform[way](x, raw))).toLeakNoTensor();
    await expect(() =>
      vjp((...args: Tensor[]) => transform[way](args[0], args[1]).value, [x, raw], [one]),
    ).toLeakNoTensor();
  });
});
