import { add, exp, mul, reshape, sum, tensor, tensor2d, tidy, tile, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { buildModule, key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { AnyOrderDensity, type AnyOrderDensityOptions } from './any-order-density.js';
import { madeModules } from '../modules.js';

function model(options: Partial<AnyOrderDensityOptions> = {}): AnyOrderDensity {
  const own = new AnyOrderDensity({
    categories: [0, 3, 0],
    hidden: [12],
    components: 3,
    loc: [10, 0, -1],
    scale: [4, 1, 0.5],
    seed: 0,
    ...options,
  });
  [...own.variables().values()].forEach((variable, i) => {
    tidy(() => variable.assign(add(variable, mul(normal(key(50 + i), variable.shape), 0.5))));
  });
  return own;
}

/** An event with each number of the real line in one dimension, and the width of a cell. */
function line(event: readonly number[], place: number, from: number, to: number, cells = 4000) {
  const width = (to - from) / cells;
  const rows = Array.from({ length: cells }, (_, i) => event.toSpliced(place, 1, from + (i + 0.5) * width));
  return { rows: tensor2d(rows), width };
}

const orders = [
  [0, 1, 2],
  [2, 1, 0],
  [1, 0, 2],
];

describe('each conditional density', () => {
  test.each([[[]], [[1]], [[1, 2]]])('of a number integrates to 1, given %j', async (given) => {
    const { rows, width } = line([NaN, 2, -1.3], 0, -60, 80);
    await expect(mul(sum(exp(model().logProb(rows, { of: [0], given }))), width)).toBeAllClose(1, { rtol: 1e-3 });
  });

  test('of a category sums to 1', async () => {
    const rows = tensor2d([0, 1, 2].map((k) => [12, k, NaN]));
    await expect(sum(exp(model().logProb(rows, { of: [1], given: [0] })))).toBeAllClose(1, { rtol: 1e-5 });
  });

  test('of a number depends on what is given, and not on what is neither given nor asked for', async () => {
    const rows = tensor2d([
      [11, 2, -1],
      [11, 0, -1],
      [11, 2, -2],
    ]);
    const [own, other, third] = await model()
      .logProb(rows, { of: [0], given: [1] })
      .data();
    expect(own).not.toBe(other);
    expect(own).toBe(third);
  });
});

test('a joint density is the product of its conditionals in the order', async () => {
  const own = model();
  const x = tensor2d([
    [12, 1, -0.5],
    [7, 2, -2],
  ]);
  for (const order of orders) {
    const factors = order.map((place, t) => own.logProb(x, { of: [place], given: order.slice(0, t) }));
    const product = factors.reduce((total, factor) => add(total, factor));
    await expect(own.logProb(x, { order })).toBeAllClose(await product.data(), { rtol: 1e-5 });
  }
});

test('what is missing is left out of a density and of what is given', async () => {
  const own = model();
  const [holes, whole] = [tensor2d([[12, NaN, -0.5]]), tensor2d([[12, 1, -0.5]])];
  const of = async (x: typeof holes, options: Parameters<typeof own.logProb>[1]) =>
    (await own.logProb(x, options).data())[0];
  expect(await of(holes, {})).toBeCloseTo(await of(whole, { of: [0, 2] }), 5);
  expect(await of(holes, { of: [2], given: [0, 1] })).toBeCloseTo(await of(whole, { of: [2], given: [0] }), 5);
  expect(await of(tensor2d([[NaN, NaN, NaN]]), {})).toBe(0);
});

test('training’s estimate is unbiased: its mean is the log-density averaged over all orders', async () => {
  const own = model();
  const all = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const count = 20_000;
  const cases: [number[], number[][]][] = [
    [[12, 1, -0.5], all],
    [
      [12, NaN, -0.5],
      [
        [0, 2, 1],
        [2, 0, 1],
      ],
    ],
  ];
  for (const [event, someOrders] of cases) {
    const logProbs = await Promise.all(
      someOrders.map(async (order) => (await own.logProb(tensor2d([event]), { order }).data())[0]),
    );
    const expected = logProbs.reduce((total, value) => total + value) / someOrders.length;
    const draws = await own.orderAgnosticLogProb(tile(tensor2d([event]), [count, 1]), { seed: 3 }).data<'float32'>();
    const mean = draws.reduce((total, value) => total + value) / count;
    const deviation = Math.sqrt(draws.reduce((total, value) => total + (value - mean) ** 2, 0) / count);
    expect(Math.abs(mean - expected)).toBeLessThan((5 * deviation) / Math.sqrt(count) + 1e-4);
  }
  expect((await own.orderAgnosticLogProb(tensor2d([[NaN, NaN, NaN]])).data())[0]).toBe(0);
});

test('draws have the density that it says, and what is known stays as it is', async () => {
  const own = model();
  const count = 20_000;
  const drawn = (await own.complete(tile(tensor2d([[12, NaN, NaN]]), [count, 1]), { seed: 5 }).array()) as number[][];
  expect(drawn.every(([a]) => a === 12)).toBe(true);
  for (const k of [0, 1, 2]) {
    const [probability] = await exp(own.logProb(tensor2d([[12, k, NaN]]), { of: [1], given: [0] })).data();
    const share = drawn.filter((row) => row[1] === k).length / count;
    expect(Math.abs(share - probability)).toBeLessThan(5 * Math.sqrt(probability / count));
  }
  const { rows, width } = line([12, 1, NaN], 2, -20, 18);
  const density = await exp(own.logProb(rows, { of: [2], given: [0, 1] })).data<'float32'>();
  const places = (await reshape(rows, [-1, 3]).array()) as number[][];
  const mean = density.reduce((total, value, i) => total + value * places[i][2] * width, 0);
  const ofOne = drawn.filter((row) => row[1] === 1).map((row) => row[2]);
  const found = ofOne.reduce((total, value) => total + value, 0) / ofOne.length;
  const deviation = Math.sqrt(ofOne.reduce((total, value) => total + (value - found) ** 2, 0) / ofOne.length);
  expect(Math.abs(found - mean)).toBeLessThan((5 * deviation) / Math.sqrt(ofOne.length));
});

test('what is no category has no density', async () => {
  const found = await model()
    .logProb(
      tensor2d([
        [12, 3, -1],
        [12, 0.5, -1],
        [Infinity, 1, -1],
      ]),
    )
    .data();
  expect(Array.from(found)).toEqual([-Infinity, -Infinity, -Infinity]);
});

test('every variable has a finite gradient, holes or not', async () => {
  const own = model();
  const x = tensor2d([
    [12, NaN, -1],
    [NaN, 1, NaN],
    [9, 2, -0.5],
    [NaN, NaN, NaN],
  ]);
  const loss = () => sum(own.orderAgnosticLogProb(tile(x, [20, 1]), { seed: 1 })).asScalar();
  const { grads } = variableGrads(loss, own.trainableVariables());
  for (const [path, variable] of own.variables()) {
    const gradient = await grads[variable.name].data();
    expect(gradient.every(Number.isFinite), path).toBe(true);
    expect(
      gradient.some((value) => value !== 0),
      path,
    ).toBe(true);
  }
});

test('rebuilt from its configuration and weights it is the same bit for bit', async () => {
  const own = model();
  const copy = buildModule<AnyOrderDensity>(JSON.parse(JSON.stringify(own.config())), madeModules);
  for (const [path, variable] of own.variables()) copy.variables().get(path)!.assign(variable);
  const holes = tensor2d([
    [NaN, 1, NaN],
    [NaN, NaN, NaN],
  ]);
  const [x, again] = [own, copy].map((from) => from.complete(holes, { seed: 0 }));
  expect(await again.data()).toEqual(await x.data());
  expect(await copy.logProb(x).data()).toEqual(await own.logProb(x).data());
});

test('leaks no tensor, and takes any batch', async () => {
  await expect(() => model()).toLeakNoTensor();
  const own = model();
  const x = tensor([12, NaN, -1, NaN, 1, 0], [2, 1, 3]);
  for (const call of [() => own.logProb(x), () => own.complete(x), () => own.orderAgnosticLogProb(x)])
    await expect(call).toLeakNoTensor();
  expect([own.logProb(x).shape, own.complete(x).shape]).toEqual([
    [2, 1],
    [2, 1, 3],
  ]);
  expect([own.logProb(zeros([0, 3])).shape, own.complete(zeros([0, 3])).shape]).toEqual([[0], [0, 3]]);
});

test('what does not fit is refused', () => {
  expect(() => new AnyOrderDensity({ categories: [] })).toThrow(
    'AnyOrderDensity: categories must be at least one number',
  );
  expect(() => model({ scale: [1, 1, 0] })).toThrow('AnyOrderDensity: scale must be positive numbers, got [1, 1, 0]');
  expect(() => model({ loc: [1, 1, 0] })).toThrow('AnyOrderDensity: loc and scale of categories must be 0 and 1');
  expect(() => model().logProb(zeros([2]))).toThrow('AnyOrderDensity: x must be [..., 3], got [2]');
  expect(() => model().logProb(zeros([3]), { of: [3] })).toThrow(
    'AnyOrderDensity: of must be different dimensions from 0 to 2',
  );
  expect(() => model().logProb(zeros([3]), { of: [1], given: [1] })).toThrow(
    'AnyOrderDensity: of must be dimensions that are not given, got 1',
  );
});
