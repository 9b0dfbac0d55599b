import {
  abs,
  clipByValue,
  elu,
  exp,
  expm1,
  floor,
  getBackend,
  leakyRelu,
  log,
  neg,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  softplus,
  sqrt,
  square,
  type Tensor,
  tanh,
} from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import type { Tolerance } from '../testing/closeness/all-close.js';
import { checkOperation } from '../testing/operations/check-operation.js';
import { elementwise, spread } from '../testing/operations/float64.js';

const SHAPES = [[], [0], [1], [1, 1, 1], [5], [2, 0, 3], [2, 1, 3, 4], [1030]];

const EDGES = [
  -Infinity,
  -3e38,
  -1e10,
  -1000,
  -100,
  -20,
  -2.5,
  -1.5,
  -1,
  -0.5,
  -1e-3,
  -1e-8,
  -1e-30,
  -0,
  0,
  1e-30,
  1e-8,
  1e-3,
  0.5,
  1,
  1.5,
  2.5,
  20,
  88,
  100,
  1000,
  1e10,
  3e38,
  Infinity,
  NaN,
].map(Math.fround);

/** To the nearest integer, halves to the even one. */
function roundToEven(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

type Case = [
  name: string,
  operation: (x: Tensor) => Tensor,
  reference: (x: number) => number,
  low: number,
  high: number,
];

/** Where a backend's value is known to differ, and no caller minds. */
const TOLERANCES: Record<string, Tolerance> = {
  // exp(x) − 1 on cpu and tensorflow: an activation needs no small values to their last digit.
  elu: { rtol: 1e-6, atol: 1e-7 },
};

/** The stock wasm kernel takes NaN for the lower end; callers clip only what they also use unclipped. */
const losesNaN = (name: string) => name === 'clipByValue' && getBackend() === 'wasm';

// Each with an interval that it is differentiable on.
const CASES: Case[] = [
  ['abs', abs, Math.abs, 0.1, 3],
  ['clipByValue', (x) => clipByValue(x, -1, 2), (x) => Math.min(Math.max(x, -1), 2), -0.9, 1.9],
  ['elu', elu, (x) => (x < 0 ? Math.expm1(x) : x), -3, -0.1],
  ['exp', exp, Math.exp, -5, 5],
  ['expm1', expm1, Math.expm1, -5, 5],
  ['floor', floor, Math.floor, 2.1, 2.9],
  ['leakyRelu', (x) => leakyRelu(x, 0.1), (x) => (x < 0 ? Math.fround(0.1) * x : x), -3, -0.1],
  ['log', log, Math.log, 0.1, 10],
  ['neg', neg, (x) => -x, -3, 3],
  ['reciprocal', reciprocal, (x) => 1 / x, 0.3, 3],
  ['relu', relu, (x) => (x < 0 ? 0 : x), 0.1, 3],
  ['round', round, roundToEven, 1.6, 2.4],
  ['rsqrt', rsqrt, (x) => 1 / Math.sqrt(x), 0.3, 5],
  ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x)), -5, 5],
  ['softplus', softplus, softplusOf, -5, 5],
  ['sqrt', sqrt, Math.sqrt, 0.3, 5],
  ['square', square, (x) => x * x, -3, 3],
  ['tanh', tanh, Math.tanh, -3, 3],
];

describe.each(CASES)('%s', (name, operation, f, low, high) => {
  const reference = (x: Parameters<typeof elementwise>[1]) => elementwise(f, x);

  test.each(SHAPES.map((shape) => [shape]))('shape %j: value and gradient', async (shape) => {
    await checkOperation({ operation, reference, inputs: [spread(shape, low, high)] });
  });

  test('the value over the range of float32', async () => {
    const values = losesNaN(name) ? EDGES.filter((x) => !Number.isNaN(x)) : EDGES;
    const inputs = [{ shape: [values.length], values }];
    await checkOperation({ operation, reference, inputs, tolerance: TOLERANCES[name], differentiable: false });
  });
});
