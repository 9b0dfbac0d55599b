import { readdirSync, readFileSync } from 'node:fs';
import { type Tensor, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { distributionModules, type Transformed } from '@pushforward/distributions';
import { float64Density } from '@pushforward/distributions/float64';
import { decodeSafetensors, packModule, type StoredTensor, unpackModule } from '@pushforward/io';
import type { Json } from '@pushforward/tensor';
import { allClose } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { decodeTorch } from './torch/decode-torch.js';
import { describeZuko } from './describe-zuko.js';
import { importFlow } from './build/import-flow.js';

/** What Python computed in float64, with the weights in float32. */
interface Expected {
  x: number[][];
  context?: number[][];
  logProb: number[];
}

const folder = new URL('../fixtures/', import.meta.url);
const bytesOf = (file: string) => readFileSync(new URL(file, folder));
const jsonOf = (file: string) => JSON.parse(bytesOf(file).toString('utf8')) as Json;
const expectedOf = (name: string) => jsonOf(`${name}.expected.json`) as unknown as Expected;
const arraysOf = (name: string) => decodeSafetensors(bytesOf(`${name}.safetensors`)).tensors;
const names = readdirSync(folder).flatMap((file) => /^(.*)\.expected\.json$/.exec(file)?.[1] ?? []);

const rows = ({ x, context }: Expected) => [tensor2d(x), context && tensor2d(context)] as const;
const float64Rows = ({ x, context }: Expected) =>
  [Float64Array.from(x.flat()), context && Float64Array.from(context.flat())] as const;

test('there are flows of each library', () => {
  for (const library of ['zuko', 'nflows', 'sbi']) expect(names.some((name) => name.startsWith(library))).toBe(true);
});

describe.each(names)('%s', (name) => {
  const expected = expectedOf(name);
  const load = () => importFlow(arraysOf(name), jsonOf(`${name}.json`));

  test('has the log-densities of PyTorch', async () => {
    using flow = load();
    const [x, context] = rows(expected);
    // Beside 1e-5 of the whole, what float32 keeps of terms that cancel in it.
    await expect(flow.logProb(x, context)).toBeAllClose(expected.logProb, { rtol: 1e-5, atol: 1e-5 });
  });

  test('differs in nothing but the last digits of its weights', async () => {
    using flow = load();
    const { logProb } = await float64Density(flow);
    // zuko's weights are ours as they are; others go through a logarithm or get an offset, which is rounded to float32.
    const tolerance = name.startsWith('zuko') ? 1e-12 : 1e-6;
    expect(
      allClose(logProb(...float64Rows(expected)), expected.logProb, { rtol: tolerance, atol: tolerance }),
    ).toBeNull();
  });

  test('comes back from its samples, and from a saved file', async () => {
    using flow = load();
    const [x, context] = rows(expected);
    const noise = flow.bijector.inverse(x, context);
    // Compared as noise: the slopes of these splines go down to a thousandth in each layer, by which the way to x magnifies what was rounded.
    const again = flow.bijector.inverse(flow.bijector.forward(noise, context), context);
    await expect(again).toBeAllClose(noise, { rtol: 1e-3, atol: 1e-3 });
    using copy = unpackModule<Transformed>(await packModule(flow), distributionModules).module;
    await expect(copy.logProb(x, context)).toBeAllClose(flow.logProb(x, context), { rtol: 0, atol: 0 });
  });
});

test.each(names.filter((name) => name.startsWith('zuko')))(
  '%s is described by its arrays, but for activation and bounds',
  async (name) => {
    const arrays = arraysOf(name);
    const activation = { 'zuko-maf': 'elu', 'zuko-nice': 'tanh' } as const;
    using flow = importFlow(arrays, describeZuko(arrays, { activation: activation[name as keyof typeof activation] }));
    const expected = expectedOf(name);
    const { logProb } = await float64Density(flow);
    expect(allClose(logProb(...float64Rows(expected)), expected.logProb, { rtol: 1e-12, atol: 1e-12 })).toBeNull();
  },
);

test.each(['zuko-maf', 'zuko-nsf'])('%s is the same from a file of torch.save', (name) => {
  const [torch, safe] = [decodeTorch(bytesOf(`${name}.pt`)), arraysOf(name)];
  expect([...torch.keys()].toSorted()).toEqual([...safe.keys()].toSorted());
  for (const [path, { shape, values }] of torch) {
    expect(shape).toEqual(safe.get(path)!.shape);
    expect(Array.from(values)).toEqual(Array.from(safe.get(path)!.values));
  }
});

const ones: StoredTensor = { dtype: 'F32', shape: [2, 2], values: Float32Array.of(1, 1, 1, 1) };

describe('what does not fit is refused in one line', () => {
  const arrays = arraysOf('zuko-maf');
  const description = jsonOf('zuko-maf.json') as { steps: { network: object; univariate: object }[] };
  const change = (more: object) => ({ ...description, ...more }) as unknown as Json;
  const step = (more: object) => change({ steps: [{ ...description.steps[0], ...more }] });
  const without = (path: string) => new Map([...arrays].filter(([own]) => own !== path));
  const weight = 'transform.transforms.0.hyper.0.weight';
  const circle = new Map<string, StoredTensor>(
    ['a', 'b'].flatMap((name) => [
      [`${name}.weight`, ones] as const,
      [`${name}.mask`, ones] as const,
      [`${name}.bias`, { dtype: 'F32', shape: [2], values: new Float32Array(2) }] as const,
    ]),
  );
  const masked = { type: 'masked', layers: ['a', 'b'], activation: 'relu', residual: false };

  test.each<[string, () => unknown, string]>([
    [
      'no description',
      () => importFlow(arrays, null),
      'importFlow: description must be an object with a type, got null',
    ],
    [
      'another version',
      () => importFlow(arrays, change({ version: 2 })),
      "importFlow: description must be a pushforward-flow of version 1, got 'pushforward-flow' of version 2",
    ],
    ['no steps', () => importFlow(arrays, change({ steps: [] })), 'importFlow: steps must hold at least one'],
    [
      'another step',
      () => importFlow(arrays, change({ steps: [{ type: '__proto__' }] })),
      "importFlow: a step must be of type autoregressive, coupling, permutation, affine, logit, lu, got '__proto__'",
    ],
    [
      'another map',
      () => importFlow(arrays, step({ univariate: { type: 'sine' } })),
      "importFlow: univariate must be one of softclip-affine, softclip-spline, shift, softplus-affine, sigmoid-affine, spline, got 'sine'",
    ],
    [
      'a map of other parameters',
      () => importFlow(arrays, step({ univariate: { type: 'shift' } })),
      'importFlow: the last layer must give 4 parameters, got 8',
    ],
    [
      'an array that is missing',
      () => importFlow(without(weight), description as unknown as Json),
      `importFlow: arrays must hold '${weight}'`,
    ],
    [
      'another base',
      () => importFlow(arrays, change({ base: { type: 'uniform' } })),
      "importFlow: base must be normal, got 'uniform'",
    ],
    [
      'dimensions that depend on each other in a circle',
      () =>
        importFlow(circle, {
          ...description,
          features: 2,
          context: 0,
          steps: [{ type: 'autoregressive', network: masked, univariate: { type: 'shift' } }],
        } as unknown as Json),
      'importFlow: masks must leave no dimension depending on itself',
    ],
    [
      'a scale that is none',
      () =>
        importFlow(new Map(), {
          ...description,
          features: 1,
          context: 0,
          steps: [{ type: 'affine', scale: [0], shift: [0] }],
        } as unknown as Json),
      'importFlow: affine must have 1 shifts and as many positive scales',
    ],
    [
      'arrays of something else',
      () => describeZuko(new Map()),
      'describeZuko: arrays must be those of a zuko flow, got []',
    ],
  ])('%s', (_, action, message) => {
    expect(action).toThrow(message);
  });
});

test('a context for all rows is broadcast', async () => {
  using flow = importFlow(arraysOf('sbi-nsf'), jsonOf('sbi-nsf.json'));
  const { x, context } = expectedOf('sbi-nsf');
  const one: Tensor = tensor(context![0]);
  const all = tensor2d(x.map(() => context![0]));
  await expect(flow.logProb(tensor2d(x), one)).toBeAllClose(flow.logProb(tensor2d(x), all));
});
