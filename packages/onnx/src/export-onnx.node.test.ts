import { add, mul, sub, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import {
  ActNorm,
  affine,
  AffineTransform,
  attentionIaf,
  attentionMaf,
  Autoregressive,
  type Bijector,
  Chain,
  CircularSplineTransform,
  Coupling,
  Elementwise,
  type ElementwiseTransform,
  Exp,
  GateTransform,
  glow,
  Householder,
  iaf,
  Invert,
  InvertTransform,
  lstmIaf,
  lstmMaf,
  LuLinear,
  madeMog,
  maf,
  MapContext,
  Mlp,
  naf,
  nice,
  nsf,
  Partition,
  Permute,
  Power,
  RationalQuadraticSplineTransform,
  realNvp,
  ResidualTransform,
  Scale,
  Shift,
  ShiftTransform,
  SigmoidAffineTransform,
  SoftclipAffineTransform,
  SoftclipSplineTransform,
  Sigmoid,
  SigmoidalTransform,
  Simplex,
  Softplus,
  SoftplusAffineTransform,
  Sylvester,
  Tanh,
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

async function open(
  distribution: Distribution,
  graph: ExportOnnxOptions['graph'],
  columns?: ExportOnnxOptions['columns'],
): Promise<InferenceSession> {
  return InferenceSession.create(await exportOnnx(distribution, { graph, columns }), { intraOpNumThreads: 1 });
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
  const isClose = (value: number, i: number) => {
    if (!Number.isFinite(value)) return Object.is(actual[i], value);
    const row = Math.floor(i / width) * width;
    const tolerance = 1e-5 * Math.max(1, Math.abs(value)) + 10 * Math.max(...uncertain.subarray(row, row + width));
    return Math.abs(actual[i] - value) <= tolerance;
  };
  const wrong = expected.findIndex((value, i) => !isClose(value, i));
  expect(wrong, `${name}: ${actual[wrong]} for ${expected[wrong]}`).toBe(-1);
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

/** Both files where a flow has some density: at what it draws. */
async function expectSameOnSamples(flow: Transformed): Promise<void> {
  const noise = numbers(3, 40, D);
  const drawn = evaluate(flow, noise);
  const sampled = await run(await open(flow, 'sampler'), 40, { noise });
  expectClose('x', sampled.x, drawn.x, drawn.x);
  expectClose('sampled', sampled.log_prob, drawn.sampled, drawn.sampled);
  const { log_prob } = await run(await open(flow, 'density'), 40, { x: drawn.x });
  const expected = evaluate(flow, drawn.x).log_prob;
  expectClose('log_prob', log_prob, expected, expected);
}

const onNormal = (bijector: Bijector) => new Transformed(new StandardNormal(D), shaken(bijector));

const spline = new RationalQuadraticSplineTransform({ bins: 4 });
const attending = { dim: D, width: 8, heads: 2, blocks: 2, transforms: 2, seed: 1 } as const;

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
  naf: (contextDim) => naf({ ...small, contextDim, units: 3 }),
  lstmMaf: (contextDim) => lstmMaf({ ...small, contextDim }),
  lstmIaf: (contextDim) => lstmIaf({ ...small, contextDim }),
  'lstmMaf of splines': (contextDim) => lstmMaf({ ...small, contextDim, transform: spline }),
  attentionMaf: (contextDim) => attentionMaf({ ...attending, contextDim }),
  attentionIaf: (contextDim) => attentionIaf({ ...attending, contextDim, activation: 'silu' }),
};

describe.each([0, C])('with a context of %i numbers', (contextDim) => {
  test.each(Object.entries(factories))('%s', async (_, make) => {
    await expectSame(onNormal(make(contextDim)));
  });
});

const transforms: ElementwiseTransform[] = [
  new AffineTransform(),
  new AffineTransform({ bound: null }),
  // With scales down to a thousandth, twice, the digits of the log-density would be those of what is rounded before.
  new SigmoidAffineTransform({ minScale: 0.1 }),
  new SoftclipAffineTransform(),
  new SoftclipSplineTransform({ bins: 4 }),
  new SoftplusAffineTransform(),
  new GateTransform(),
  new ShiftTransform(),
  new RationalQuadraticSplineTransform({ bins: 5, bound: 3 }),
  new CircularSplineTransform({ bins: 4 }),
  new InvertTransform(new GateTransform()),
  new SigmoidalTransform({ units: 3 }),
  new ResidualTransform(new ShiftTransform()),
  new ResidualTransform(new GateTransform()),
  new ResidualTransform(new RationalQuadraticSplineTransform({ bins: 5, bound: 3 })),
];

const nameOf = (transform: ElementwiseTransform): string =>
  transform instanceof ResidualTransform ? `a residual ${nameOf(transform.inner)}` : transform.constructor.name;

test.each(transforms.map((transform) => [nameOf(transform), transform] as const))(
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

test('maps of numbers, on parts of an event', async () => {
  const flow = onNormal(
    new Chain([
      maf(small),
      new Partition({
        bijectors: [new Exp(), new Chain([new Sigmoid(), new Scale(10), new Shift(-3)]), null],
        indices: [[3], [0, 4], [1, 2]],
      }),
    ]),
  );
  await expectSameOnSamples(flow);
  for (const [first, second] of [
    [new Softplus(), new Tanh()],
    [new Chain([new Exp(), new Power(-1.5)]), new Invert(new Scale(-3))],
  ])
    await expectSameOnSamples(onNormal(new Partition({ bijectors: [first, second], sizes: [2, 3] })));
});

test('outside of what a map reaches there is no density', async () => {
  const support = new Partition({ bijectors: [new Exp(), new Sigmoid(), new Softplus(), null], sizes: [1, 1, 1, 2] });
  const flow = onNormal(new Chain([maf(small), support]));
  const inside = [1, 0.5, 2, -1, 1];
  const x = Float32Array.from([inside, inside.with(0, -1), inside.with(1, 1.5), inside.with(2, -1)].flat());
  const { log_prob } = await run(await open(flow, 'density'), 4, { x });
  const expected = evaluate(flow, x).log_prob;
  expect(log_prob[0]).toBeCloseTo(expected[0], 5);
  expect([...log_prob.subarray(1)]).toEqual([-Infinity, -Infinity, -Infinity]);
});

test('a context in units of its own', async () => {
  const units = affine({ loc: [10, -2], scale: [3, 0.1] });
  await expectSame(onNormal(new MapContext(maf({ ...small, contextDim: C }), units)));
});

const flowOfTable = () => onNormal(maf({ ...small, init: 'orthogonal' }));
const scoreOf = (flow: Transformed, rows: number[][]) => evaluate(flow, Float32Array.from(rows.flat())).log_prob;
const refused = (columns: unknown) => expect(open(flowOfTable(), 'density', columns as never)).rejects;

describe('columns of a table', () => {
  const plain = [null, null, null, null] as const;
  const row = [0.5, 1, -1, 0.2, 0];

  test('levels are scored by their places, others have no density, and samples are levels', async () => {
    const own = flowOfTable();
    const columns = [{ levels: [-7, 0.1, 30] }, ...plain];
    const density = await open(own, 'density', columns);
    const x = Float32Array.from([-7, 0.1, 30, 5, NaN].flatMap((level) => row.with(0, level)));
    const { log_prob } = await run(density, 5, { x });
    const expected = scoreOf(own, [row.with(0, 0), row.with(0, 1), row.with(0, 2)]);
    expected.forEach((value, i) => expect(log_prob[i]).toBeCloseTo(value, 5));
    expect([...log_prob.subarray(3)]).toEqual([-Infinity, NaN]);
    const coarse = await open(own, 'sampler', [{ levels: [-7, 0.1, 30], grid: { start: 0, step: 1 } }, ...plain]);
    const drawn = await run(coarse, 50, { noise: numbers(1, 50, D, 3) });
    expect(Object.keys(drawn)).toEqual(['x']);
    const levels = new Set(drawn.x.filter((_, i) => i % D === 0));
    expect([...levels].toSorted((a, b) => a - b)).toEqual([-7, Math.fround(0.1), 30]);
  });

  test('a grid takes noise of a step, and rounds samples down to its values', async () => {
    const own = flowOfTable();
    const values = [-4, -1.9, 0, 2.1, 4];
    const columns = [
      { grid: { start: -4, step: 2, steps: 4, values } },
      { grid: { start: 1, step: 0.5 } },
      null,
      null,
      null,
    ];
    const uniform = Float32Array.from([0.25, 0.5, 0.9, 0.9, 0.9]);
    const { log_prob } = await run(await open(own, 'density', columns), 1, { x: Float32Array.from(row), uniform });
    const [expected] = scoreOf(own, [row.with(0, row[0] + 0.5).with(1, row[1] + 0.25)]);
    expect(log_prob[0]).toBeCloseTo(expected, 5);
    const noise = numbers(1, 50, D, 3);
    const { x } = await run(await open(own, 'sampler', columns), 50, { noise });
    const drawn = evaluate(own, noise).x;
    for (let i = 0; i < x.length; i += D) {
      expect(x[i]).toBe(Math.fround(values[Math.min(4, Math.max(0, Math.floor((drawn[i] + 4) / 2)))]));
      expect(x[i + 1]).toBe(Math.floor((drawn[i + 1] - 1) / 0.5) * 0.5 + 1);
      expect(x[i + 2]).toBeCloseTo(drawn[i + 2], 5);
    }
  });

  test('the density of an angle is that of all of its places, whatever turn it is written in', async () => {
    const own = onNormal(maf({ ...small, contextDim: C }));
    const circle = { low: 0, high: 3, centre: 0.5 };
    const columns = [{ circle }, null, { circle: { low: -1, high: 1, centre: 0 } }, null, null];
    const context = numbers(2, 2, C);
    const x = Float32Array.from([row.with(0, 0.5), row.with(0, 0.5 + 6)].flat());
    const { log_prob } = await run(await open(own, 'density', columns), 2, { x, context });
    const places = [0, -3, 3].flatMap((a) => [0, -2, 2].map((b) => row.with(0, 0.5 + a).with(2, row[2] + b)));
    for (const [i, given] of [context.subarray(0, C), context.subarray(C)].entries()) {
      const all = evaluate(own, Float32Array.from(places.flat()), Float32Array.from(places.flatMap(() => [...given])));
      const expected = Math.log(all.log_prob.reduce((sum, value) => sum + Math.exp(value), 0));
      expect(log_prob[i]).toBeCloseTo(expected, 5);
    }
    const drawn = await run(await open(own, 'sampler', columns), 50, {
      noise: numbers(1, 50, D, 3),
      context: numbers(3, 50, C),
    });
    expect(drawn.x.filter((_, i) => i % D === 0).every((angle) => angle >= 0 && angle < 3)).toBe(true);
    const none = await run(await open(own, 'density', columns), 0, { x: numbers(1, 0, D), context: numbers(1, 0, C) });
    expect(none.log_prob).toHaveLength(0);
  });

  test('samples are kept in a range', async () => {
    const own = flowOfTable();
    const { x, log_prob } = await run(await open(own, 'sampler', [{ range: [-0.5, Infinity] }, ...plain]), 50, {
      noise: numbers(1, 50, D, 3),
    });
    expect(Math.min(...x.filter((_, i) => i % D === 0))).toBe(-0.5);
    expect(log_prob).toHaveLength(50);
  });

  test('what makes no sense is refused', async () => {
    await refused([null]).toThrow('exportOnnx: columns must be one for each of 5 numbers, got 1');
    await refused([{ levels: [1, 1] }, ...plain]).toThrow(
      'exportOnnx: columns[0].levels must be numbers in ascending order',
    );
    await refused([{ circle: { low: 1, high: 0, centre: 0 } }, ...plain]).toThrow(
      'columns[0].circle: low must be below high',
    );
    await refused([{ grid: { start: 0, step: 0 } }, ...plain]).toThrow('exportOnnx: columns[0].grid.step must be');
    await refused([{ grid: { start: 0, step: 1, steps: 2, values: [1] } }, ...plain]).toThrow(
      'one for each of 0 to steps',
    );
    await refused([{ range: [1, 0] }, ...plain]).toThrow('columns[0].range must be two numbers in order');
  });
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
  ['Simplex', () => new Transformed(new StandardNormal(D), new Simplex({ dim: D + 1 }))],
  ['Sylvester', () => new Transformed(new StandardNormal(D), new Sylvester({ dim: D, units: 2 }))],
  ['Uniform', () => new Transformed(new Uniform([0, 0], [1, 1]), maf({ dim: 2 }))],
  ['MixtureCdfTransform', () => new Transformed(new StandardNormal(D), madeMog({ dim: D, components: 2 }))],
  ['BatchNorm', () => new Transformed(new StandardNormal(D), maf({ dim: D, batchNorm: true }))],
  ['LuLinear with a context', () => new Transformed(new StandardNormal(D), new LuLinear({ dim: D, contextDim: 1 }))],
])('%s is refused by its name', async (name, make) => {
  await expect(exportOnnx(make())).rejects.toThrow(
    `exportOnnx: ${name} cannot be exported; what can: autoregressive layers over a Made, an LSTM or attention`,
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
