import { add, mul, sub, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import {
  ActNorm,
  affine,
  AffineTransform,
  Autoregressive,
  type Bijector,
  Chain,
  CircularSplineTransform,
  Coupling,
  Elementwise,
  type ElementwiseTransform,
  GateTransform,
  glow,
  Householder,
  iaf,
  Invert,
  InvertTransform,
  lstmMaf,
  LuLinear,
  maf,
  Mlp,
  naf,
  nice,
  nsf,
  Permute,
  RationalQuadraticSplineTransform,
  realNvp,
  ShiftTransform,
  SoftclipAffineTransform,
  SoftclipSplineTransform,
  SoftplusAffineTransform,
  Sylvester,
} from '@pushforward/bijectors';
import {
  type Distribution,
  MultivariateNormalDiag,
  Normal,
  StandardNormal,
  Transformed,
  Uniform,
} from '@pushforward/distributions';
import { Made, type MadeOptions } from '@pushforward/made';
import { activations, key, normal, split } from '@pushforward/tensor';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { exportOnnx, type ExportOnnxOptions } from './export-onnx.js';

const D = 5;
const C = 2;
const small = { dim: D, hidden: [8, 7], transforms: 2, seed: 1 } as const;

/** Weights away from where they start, so that no part is the identity. */
function shaken<T extends Bijector>(bijector: T): T {
  const variables = bijector.trainableVariables();
  split(key(7), variables.length).forEach((own, i) => {
    const moved = tidy(() => add(variables[i], mul(normal(own, variables[i].shape), 0.1)));
    variables[i].assign(moved);
    moved.dispose();
  });
  return bijector;
}

function numbers(seed: number, rows: number, width: number, scale = 1): Float32Array {
  const drawn = tidy(() => mul(normal(key(seed), [rows, width]), scale));
  const values = drawn.dataSync<'float32'>();
  drawn.dispose();
  return values;
}

async function open(distribution: Distribution, graph: ExportOnnxOptions['graph']): Promise<InferenceSession> {
  return InferenceSession.create(await exportOnnx(distribution, { graph }), { intraOpNumThreads: 1 });
}

type Inputs = Record<string, Float32Array>;

async function run(session: InferenceSession, rows: number, inputs: Inputs): Promise<Inputs> {
  const feeds = Object.entries(inputs).map(([name, values]) => {
    const width = { context: C }[name] ?? D;
    return [name, new Tensor('float32', values, [rows, width])];
  });
  const results = await session.run(Object.fromEntries(feeds));
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

interface Expected {
  readonly log_prob: Float32Array;
  readonly x: Float32Array;
  readonly sampled: Float32Array;
}

function evaluate(flow: Transformed, values: Float32Array, context?: Float32Array): Expected {
  return tidy(() => {
    const given = tensor2d(values, [values.length / D, D]);
    const on = context && tensor2d(context, [context.length / C, C]);
    const { value, logDet } = flow.bijector.forwardAndLogDet(given, on);
    return {
      log_prob: flow.logProb(given, on).dataSync<'float32'>(),
      x: value.dataSync<'float32'>(),
      sampled: sub(flow.base.logProb(given), logDet).dataSync<'float32'>(),
    };
  });
}

/**
 * 1e-5 of what is expected, or of 1 if that is more; and, far out, where layers multiply the rounding of what they are given, as much as
 * the flow itself moves when its input does by the last digits.
 */
function expectClose(name: string, actual: Float32Array, expected: Float32Array, moved: Float32Array): void {
  expect(actual, name).toHaveLength(expected.length);
  const uncertain = moved.map((value, i) => Math.abs(value - expected[i]));
  const width = name === 'x' ? D : 1;
  expected.forEach((value, i) => {
    const row = Math.floor(i / width) * width;
    const tolerance = 1e-5 * Math.max(1, Math.abs(value)) + 10 * Math.max(...uncertain.subarray(row, row + width));
    if (!Number.isFinite(value)) expect(actual[i], name).toBe(value);
    else expect(Math.abs(actual[i] - value), `${name}: ${actual[i]} for ${value}`).toBeLessThanOrEqual(tolerance);
  });
}

/** Both files of a flow against the flow itself, on several numbers of rows, near and far out. */
async function expectSame(flow: Transformed): Promise<void> {
  const [density, sampler] = [await open(flow, 'density'), await open(flow, 'sampler')];
  for (const [rows, scale] of [
    [7, 1],
    [1, 1],
    [0, 1],
    [40, 20],
  ]) {
    const values = numbers(rows, rows, D, scale);
    const context: Inputs = flow.contextDim > 0 ? { context: numbers(rows + 1, rows, C) } : {};
    const expected = evaluate(flow, values, context.context);
    const moved =
      scale === 1
        ? expected
        : evaluate(
            flow,
            values.map((value) => value * (1 + 2 ** -22)),
            context.context,
          );
    const scored = await run(density, rows, { x: values, ...context });
    expectClose('log_prob', scored.log_prob, expected.log_prob, moved.log_prob);
    const drawn = await run(sampler, rows, { noise: values, ...context });
    expectClose('x', drawn.x, expected.x, moved.x);
    expectClose('sampled', drawn.log_prob, expected.sampled, moved.sampled);
  }
}

const onNormal = (bijector: Bijector) => new Transformed(new StandardNormal(D), shaken(bijector));

const factories: Record<string, (contextDim: number) => Bijector> = {
  maf: (contextDim) => maf({ ...small, contextDim }),
  iaf: (contextDim) => iaf({ ...small, contextDim }),
  'maf, mixed by matrices': (contextDim) => maf({ ...small, contextDim, mixing: 'lu', activation: 'silu' }),
  'iaf, mixed by matrices': (contextDim) => iaf({ ...small, contextDim, mixing: 'lu' }),
  'maf of residual blocks': (contextDim) => maf({ ...small, contextDim, residual: true, mixing: 'random' }),
  'nsf of autoregressive layers': (contextDim) => nsf({ ...small, contextDim }),
  'nsf of coupling layers': (contextDim) => nsf({ ...small, contextDim, layers: 'coupling' }),
  realNvp: (contextDim) => realNvp({ ...small, contextDim }),
  nice: (contextDim) => nice({ ...small, contextDim }),
  glow: (contextDim) => glow({ ...small, contextDim }),
};

describe.each([0, C])('with a context of %i numbers', (contextDim) => {
  test.each(Object.entries(factories))('%s', async (_, make) => {
    await expectSame(onNormal(make(contextDim)));
  });
});

const transforms: ElementwiseTransform[] = [
  new AffineTransform(),
  new AffineTransform({ bound: null }),
  new SoftclipAffineTransform(),
  new SoftclipSplineTransform({ bins: 4 }),
  new SoftplusAffineTransform(),
  new GateTransform(),
  new ShiftTransform(),
  new RationalQuadraticSplineTransform({ bins: 5, bound: 3 }),
  new CircularSplineTransform({ bins: 4 }),
  new InvertTransform(new GateTransform()),
];

test.each(transforms.map((transform) => [transform.constructor.name, transform] as const))(
  '%s in autoregressive and coupling layers, and alone',
  async (_, transform) => {
    const { parameterCount } = transform;
    const made = (options: Partial<MadeOptions>) =>
      new Made({ dim: D, parameterCount, hidden: [9], seed: 2, ...options });
    await expectSame(onNormal(new Autoregressive(made({}), transform, 'inverse')));
    await expectSame(onNormal(new Autoregressive(made({ order: 'reverse' }), transform, 'forward')));
    const network = new Mlp({ inputDim: 3, hidden: [7], outputDim: 2 * parameterCount, seed: 3 });
    await expectSame(onNormal(new Coupling({ dim: D, transformed: [4, 1], network, transform })));
    await expectSame(onNormal(new Elementwise({ transform, eventShape: [D] })));
  },
);

test.each([
  ['direct connections', { direct: true }],
  ['direct connections alone', { direct: true, hidden: [] }],
  ['residual blocks and direct connections', { direct: true, residual: true, hidden: [8, 6, 7] }],
  ['no hidden layer', { hidden: [] }],
  ['fewer units than degrees', { hidden: [2, 3] }],
  ['normalised weights', { weightNorm: true }],
  ['a random order', { order: { random: 4 } }],
  ['units that see nothing', { degrees: [[0, 0, 1, 3, 4]], hidden: [5] }],
  [
    'a graph',
    {
      graph: [
        [0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 0, 0, 0, 0],
      ],
    },
  ],
  ...activations.map((activation): [string, Partial<MadeOptions>] => [activation, { activation }]),
] satisfies [string, Partial<MadeOptions>][])('a masked network with %s', async (_, options) => {
  for (const contextDim of [0, C]) {
    const made = new Made({ dim: D, parameterCount: 2, hidden: [12, 9], contextDim, seed: 5, ...options });
    await expectSame(onNormal(new Autoregressive(made, new AffineTransform(), 'inverse')));
  }
});

test.each([
  ['Permute', new Permute({ dim: D, permutation: [3, 0, 4, 1, 2] })],
  ['LuLinear', new LuLinear({ dim: D, permutation: 'reverse' })],
  ['Householder', new Householder({ dim: D, reflections: 3, seed: 1 })],
  ['ActNorm', new ActNorm({ dim: D })],
  ['affine', affine({ loc: [1, 2, 3, 4, 5], scale: [1, 2, 0.5, 1e-3, 100] })],
  ['one map for all numbers', new Elementwise({ transform: new AffineTransform(), parameters: [1, 0.5] })],
] satisfies [string, Bijector][])('%s', async (_, bijector) => {
  // The reversal makes vectors of events whatever the map is one of.
  const reversed = new Permute({ dim: D });
  await expectSame(onNormal(new Chain([bijector, reversed, new Invert(bijector), reversed, bijector])));
});

test('a network that reads a context alone, and one that reads nothing', async () => {
  for (const contextDim of [0, C]) {
    const network = new Mlp({ inputDim: 0, hidden: [4], contextDim, outputDim: 2 * D, seed: 1 });
    const transformed = [0, 1, 2, 3, 4];
    await expectSame(onNormal(new Coupling({ dim: D, transformed, network, transform: new GateTransform() })));
  }
});

test('a normal base of any location and scale', async () => {
  const loc = [1, 2, 3, 4, 5];
  const scale = [0.5, 1, 2, 3, 4];
  const inner = shaken(maf(small));
  for (const base of [new MultivariateNormalDiag(loc, scale), new Normal(loc, scale)]) {
    const flow = new Transformed(base, inner);
    const [density, sampler] = [await open(flow, 'density'), await open(flow, 'sampler')];
    const noise = numbers(1, 6, D);
    const drawn = await run(sampler, 6, { noise });
    const scored = await run(density, 6, { x: drawn.x });
    const expected = tidy(() => {
      const start = add(mul(tensor2d(noise, [6, D]), tensor1d(scale)), tensor1d(loc));
      const { value } = flow.bijector.forwardAndLogDet(start);
      return { x: value.dataSync<'float32'>(), log_prob: flow.logProb(value).dataSync<'float32'>() };
    });
    expectClose('x', drawn.x, expected.x, expected.x);
    for (const { log_prob } of [drawn, scored]) expectClose('log_prob', log_prob, expected.log_prob, expected.log_prob);
  }
});

test('−∞ where the arithmetic leaves float32, NaN where a row has a NaN, and other rows as they are', async () => {
  const flow = onNormal(maf(small));
  const rows = [0.1, 0.2, 0.3, 0.4, 0.5];
  const x = Float32Array.from([...rows, 1e38, ...rows.slice(1), ...rows.slice(1), NaN, ...rows]);
  const { log_prob } = await run(await open(flow, 'density'), 4, { x });
  const expected = evaluate(flow, x).log_prob;
  expect([...log_prob].map(Number.isNaN)).toEqual([false, false, true, false]);
  expect(log_prob[1]).toBe(-Infinity);
  expect(log_prob[0]).toBeCloseTo(expected[0], 4);
});

test.each<[string, () => Distribution]>([
  ['LstmConditioner', () => new Transformed(new StandardNormal(D), lstmMaf({ dim: D }))],
  ['SigmoidalTransform', () => new Transformed(new StandardNormal(D), naf({ dim: D }))],
  ['Sylvester', () => new Transformed(new StandardNormal(D), new Sylvester({ dim: D, units: 2 }))],
  ['Uniform', () => new Transformed(new Uniform([0, 0], [1, 1]), maf({ dim: 2 }))],
])('%s is refused by its name', async (name, make) => {
  await expect(exportOnnx(make())).rejects.toThrow(
    `exportOnnx: ${name} cannot be exported; what can: autoregressive layers over a Made`,
  );
});

test('a class that extends one of ours is refused: its formula is not known', async () => {
  class Louder extends AffineTransform {
    static override readonly type = 'Louder';
  }
  const flow = new Transformed(new StandardNormal(D), maf({ dim: D, transform: new Louder() }));
  await expect(exportOnnx(flow)).rejects.toThrow('exportOnnx: Louder cannot be exported');
});

test('what makes no sense is refused', async () => {
  await expect(exportOnnx(new Normal(0, 1))).rejects.toThrow('exportOnnx: distribution must be one of vectors');
  const flow = new StandardNormal(2);
  await expect(exportOnnx(flow, { graph: 'both' as 'density' })).rejects.toThrow('exportOnnx: graph must be');
});
