import {
  add,
  getBackend,
  mul,
  reshape,
  setBackend,
  sum,
  type Tensor,
  tensor,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import {
  type Activation,
  type AffineForm,
  applyAffineForm,
  key,
  normal,
  type SplineForm,
  type SplineShape,
} from '@pushforward/tensor';
import { hasSplineKernels, rationalQuadraticSpline } from '@pushforward/tensor/kernels';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Step } from '../contract/conditioner.js';
import { Made, type MadeOptions } from './made.js';

const forms: AffineForm[] = [
  { logScale: 'none', sign: 1, before: 1, after: 0 },
  { logScale: 'raw', sign: 1, before: 0, after: 1 },
  { logScale: 'bounded', bound: 2, sign: -1, before: 1, after: 0 },
  { logScale: 'gate', bound: 7, bias: 2, sign: 1, before: 1, after: 1 },
];

const networks: [string, Omit<MadeOptions, 'parameterCount'>][] = [
  ['linear', { dim: 4, hidden: [], order: 'reverse' }],
  ['linear with context', { dim: 3, hidden: [], contextDim: 2 }],
  ['one dimension', { dim: 1, hidden: [4] }],
  ['one dimension with context', { dim: 1, hidden: [4], contextDim: 2 }],
  ['odd widths', { dim: 3, hidden: [7, 5, 9], order: 'reverse' }],
  ['wider than a block', { dim: 9, hidden: [150, 131], order: { random: 1 } }],
  ['narrower than the dimensions', { dim: 11, hidden: [3, 4], contextDim: 1 }],
  ['more degrees than a block', { dim: 40, hidden: [50, 45], order: { random: 3 }, contextDim: 1 }],
  [
    'residual, more degrees than a block',
    { dim: 37, hidden: [40, 30], residual: true, direct: true, order: 'reverse' },
  ],
  ['direct connections', { dim: 4, hidden: [8], direct: true, order: [2, 0, 3, 1], contextDim: 2 }],
  ['residual', { dim: 5, hidden: [10, 9, 8], residual: true, contextDim: 2, order: 'reverse', degrees: { random: 2 } }],
  ['weight normalisation', { dim: 4, hidden: [8, 8], weightNorm: true }],
  [
    'a graph',
    {
      dim: 4,
      hidden: [9, 8],
      contextDim: 1,
      direct: true,
      graph: [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 1, 1, 0],
      ],
    },
  ],
  [
    'everything',
    { dim: 6, hidden: [10, 10], residual: true, direct: true, weightNorm: true, contextDim: 1, order: { random: 4 } },
  ],
];
const activations: Activation[] = ['relu', 'leakyRelu', 'elu', 'silu', 'softplus', 'tanh'];

/** Numbers by name: what comes of a computation on a backend. */
type Figures = Map<string, { shape: number[]; data: Float32Array }>;

async function on(backendName: string, compute: () => Record<string, Tensor>): Promise<Figures> {
  await setBackend(backendName);
  const results = tidy(compute);
  const figures: Figures = new Map();
  for (const [name, result] of Object.entries(results)) {
    figures.set(name, { shape: result.shape, data: (await result.data()) as Float32Array });
    result.dispose();
  }
  return figures;
}

/** The backend that is tested. */
const tested = getBackend();

// Data goes to a GPU from everywhere, but only promises come back: so it is made on cpu, where the reference is computed first.
beforeEach(async () => {
  await setBackend('cpu');
});

afterAll(async () => {
  await setBackend(tested);
});

/** To 1e-5 of the largest number of each result, or of the typical summand 0.1 where terms cancel: sums of float32 differ by their order. */
function expectEqual(ours: Figures, reference: Figures, relative = 1e-5): void {
  expect([...ours.keys()]).toEqual([...reference.keys()]);
  for (const [name, { shape, data }] of reference) {
    expect(ours.get(name)!.shape, name).toEqual(shape);
    const largest = data.reduce((size, number) => Math.max(size, Math.abs(number)), 0);
    const worst = data.reduce((error, number, i) => Math.max(error, Math.abs(number - ours.get(name)!.data[i])), 0);
    expect(worst, `${name}: error, largest ${largest}`).toBeLessThanOrEqual(relative * Math.max(largest, 0.1));
  }
}

/** Numbers that are the same on every backend. */
const noise = (seed: number, shape: number[], scale = 1) => tidy(() => mul(normal(key(seed), shape), scale));

function perturbed(options: MadeOptions): Made {
  const made = new Made({ ...options, seed: 7 });
  // Moderate log-scales: going dimension by dimension, errors grow with the product of the scales.
  [...made.variables().values()].forEach((variable, i) => {
    tidy(() =>
      variable.assign(
        noise(100 + i, variable.shape, variable.rank === 2 ? 0.5 / Math.sqrt(variable.shape[0]) : 0.2) as never,
      ),
    );
  });
  return made;
}

/** Gradients by name. As variables, the inputs take part in the same pass as the network's own. */
function gradientsOf(made: Made, inputs: readonly Tensor[], loss: (...inputs: Tensor[]) => Tensor): [string, Tensor][] {
  const given = inputs.map((input) => variable(input));
  const { grads } = variableGrads(() => loss(...given).asScalar());
  for (const input of given) input.dispose();
  return [
    ...given.map(({ name }, i): [string, Tensor] => [`input ${i}`, grads[name]]),
    ...[...made.variables()].map(([path, { name }]): [string, Tensor] => [path, grads[name]]),
  ];
}

describe.each(networks)('the masked network of a MADE, %s', (_, network) => {
  // TensorFlow.js has no gradient of a sum with broadcasting over no rows.
  const few = network.contextDim ? [1, 5, 16] : [0, 1, 5, 16];
  // Several tiles of events for every network; more than the chunks of a gradient have where few dimensions keep plain operations fast.
  const counts = [...few, network.dim <= 9 ? 300 : 48];

  test.each(counts)(
    'for %i events: parameters and steps in both directions, with gradients, are those of plain operations',
    async (rows) => {
      // Every form for a part of a tile of few dimensions: how many events and dimensions there are has nothing to do with the form.
      for (const [f, form] of rows === 5 && network.dim <= 4 ? [...forms.entries()] : [[3, forms[3]] as const]) {
        using made = perturbed({
          ...network,
          parameterCount: form.logScale === 'none' ? 1 : 2,
          activation: activations[(f + rows) % activations.length],
        });
        const [x, cotangent, logDetCotangent] = [
          noise(1, [rows, made.dim]),
          noise(2, [rows, made.dim]),
          noise(3, [rows]),
        ];
        const context = made.contextDim > 0 ? noise(4, [rows, made.contextDim]) : undefined;
        const inputs = context ? [x, context] : [x];
        const step: Step = (input, parameters) => applyAffineForm(form, input, parameters);
        const compute = (own: Step) => () => {
          const results: Record<string, Tensor> = { parameters: made.parameters(x, context) };
          for (const direction of ['transform', 'unroll'] as const) {
            const run = (input: Tensor, given?: Tensor) => {
              const { value, logDet } = made[direction](input, own, given);
              return [value, logDet];
            };
            const [value, logDet] = run(x, context);
            Object.assign(results, { [`${direction}: value`]: value, [`${direction}: logDet`]: logDet });
            const gradients = gradientsOf(made, inputs, (...given) => {
              const [ofValue, ofLogDet] = run(given[0], given[1]);
              return add(sum(mul(ofValue, cotangent)), sum(mul(ofLogDet, logDetCotangent)));
            });
            for (const [of, gradient] of gradients) results[`${direction}: gradient of ${of}`] = gradient;
          }
          const { grads } = variableGrads(() =>
            sum(mul(made.parameters(x, context), noise(5, [rows, made.dim, made.parameterCount]))).asScalar(),
          );
          for (const [path, { name }] of made.variables()) results[`parameters: gradient of ${path}`] = grads[name];
          return results;
        };
        const reference = await on('cpu', compute(step));
        const ours = await on(tested, compute(Object.assign((...args: Parameters<Step>) => step(...args), { form })));
        await setBackend('cpu');
        // Weight normalisation takes its larger part, along the weights, out of a gradient.
        expectEqual(ours, reference, made.weightNorm ? 3e-5 : 1e-5);
      }
    },
  );
});

/** Whether the backend that is tested has kernels for splines, in which a network's kernel then takes part. */
const hasSplines = hasSplineKernels();

describe.runIf(hasSplines).each(networks)('splines in the masked network of a MADE, %s', (_, network) => {
  const splines: [string, number, SplineForm['isInverse']][] = [
    ['bounded', 3 * 4 - 1, false],
    ['bounded, inverse', 3 * 4 - 1, true],
    ['periodic', 3 * 4, false],
    ['periodic, inverse', 3 * 4, true],
  ];

  // Without gradients a kernel may compute so few events in another way.
  test.each(splines.flatMap((spline) => [2, 21].map((rows) => [...spline, rows] as const)))(
    '%s, %i parameters, inverse %s, %i events: values and gradients are those of a network and splines, one after the other',
    async (_name, parameterCount, isInverse, rows) => {
      // Some numbers beyond the ends.
      const shape: SplineShape = { bins: 4, bound: 1.5, minWidth: 1e-3, minHeight: 1e-3, minDerivative: 1e-3 };
      const form: SplineForm = { shape, isInverse };
      using made = perturbed({ ...network, parameterCount, activation: 'silu' });
      const step: Step = (input, parameters) => {
        const rows = reshape(parameters, [-1, parameterCount]);
        const { value, logDet } = rationalQuadraticSpline(
          shape,
          isInverse ? 'inverse' : 'forward',
          reshape(input, [-1]),
          rows,
        );
        return { value: reshape(value, input.shape), logDet: reshape(logDet, input.shape) };
      };
      const [x, cotangent, logDetCotangent] = [
        noise(1, [rows, made.dim]),
        noise(2, [rows, made.dim]),
        noise(3, [rows]),
      ];
      const context = made.contextDim > 0 ? noise(4, [rows, made.contextDim]) : undefined;
      const compute = (own: Step) => () => {
        const results: Record<string, Tensor> = {};
        for (const direction of ['transform', 'unroll'] as const) {
          const run = (...given: Tensor[]) => {
            const { value, logDet } = made[direction](given[0], own, given[1]);
            return [value, logDet];
          };
          const inputs = context ? [x, context] : [x];
          const [value, logDet] = run(...inputs);
          Object.assign(results, { [`${direction}: value`]: value, [`${direction}: logDet`]: logDet });
          const gradients = gradientsOf(made, inputs, (...given) => {
            const [ofValue, ofLogDet] = run(...given);
            return add(sum(mul(ofValue, cotangent)), sum(mul(ofLogDet, logDetCotangent)));
          });
          for (const [of, gradient] of gradients) results[`${direction}: gradient of ${of}`] = gradient;
        }
        return results;
      };
      const apart = await on(tested, compute(step));
      const together = await on(tested, compute(Object.assign((...args: Parameters<Step>) => step(...args), { form })));
      // A float32 error of a parameter moves a spline by more than itself.
      expectEqual(together, apart, 5e-5);
    },
  );
});

test('a batch of any shape, and a context that broadcasts to it', async () => {
  for (const shape of [[2], [3, 2], [2, 1, 2]]) {
    using made = perturbed({ dim: 3, hidden: [8], parameterCount: 2, contextDim: 2 });
    const x = noise(1, [2, 3, 3]);
    const context = noise(2, shape);
    const compute = () => ({ parameters: made.parameters(x, context) });
    const reference = await on('cpu', compute);
    expectEqual(await on(tested, compute), reference);
    await setBackend('cpu');
  }
});

test('a row with NaN or infinities leaves the other rows as they are', async () => {
  using made = perturbed({ dim: 3, hidden: [8, 8], parameterCount: 2 });
  await setBackend(tested);
  const form = forms[2];
  const step: Step = Object.assign((...args: Parameters<Step>) => applyAffineForm(form, ...args), { form });
  const rows = [
    [0.1, 0.2, 0.3],
    [Number.NaN, 1, 1],
    [0.4, Infinity, 0.5],
    [1, 2, 3],
  ];
  const clean = rows.map((row) => row.map((number) => (Number.isFinite(number) ? number : 0)));
  for (const direction of ['transform', 'unroll'] as const) {
    const [given, expected] = await Promise.all(
      [rows, clean].map((numbers) => made[direction](tensor(numbers), step).value.array() as Promise<number[][]>),
    );
    expect(given[0]).toEqual(expected[0]);
    expect(given[3]).toEqual(expected[3]);
    if (direction === 'unroll') expect(given[2][0]).toBe(expected[2][0]);
  }
});
