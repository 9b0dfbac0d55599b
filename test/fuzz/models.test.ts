import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { bijectorModules, Chain, LuLinear, maf, Permute } from '@pushforward/bijectors';
import { distributionModules, MultivariateNormalDiag, Transformed } from '@pushforward/distributions';
import { encodeSafetensors, packModule, unpackModule } from '@pushforward/io';
import { loadModule, saveModule } from '@pushforward/io/node';
import { foldIn, key, type Module } from '@pushforward/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byteMutations, mutate, textMutations } from './mutate.js';

const CASES = Number(process.env.PUSHFORWARD_CASES ?? 80);
/** What takes longer hangs; a machine that is busy with other tests takes its time. */
const LONGEST_MS = 20_000;
const MOST_BYTES = 256 * 2 ** 20;
const classes = [...bijectorModules, ...distributionModules];

let cwd: string;
let original: unknown;
let archive: Uint8Array;

/** All that decides a density: structure, ties, what is trainable, and every bit of every number. */
async function everything(module: Module) {
  const variables = [...module.variables()].map(async ([name, own]) => {
    return [
      name,
      own.dtype,
      own.shape,
      own.trainable,
      Buffer.from(Uint8Array.from(new Uint8Array((await own.data()).slice().buffer))).toString('hex'),
    ];
  });
  return {
    config: module.config(),
    paths: [...module.variablePaths().keys()],
    variables: await Promise.all(variables),
  };
}

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  const layer = maf({ dim: 2, transforms: 1, hidden: [5], contextDim: 1, seed: 0 });
  const scale = tf.variable(tf.tensor1d([1, 2]));
  const flow = new Transformed(
    new MultivariateNormalDiag([0, 1], scale),
    new Chain([layer, new Permute({ dim: 2 }), new LuLinear({ dim: 2 }), layer]),
  );
  scale.trainable = false;
  await saveModule(flow, path.join(cwd, 'model'), { metadata: { columns: ['a', 'b'] } });
  archive = await packModule(flow, { metadata: { columns: ['a', 'b'] } });
  original = { ...(await everything(flow)), metadata: { columns: ['a', 'b'] } };
  flow.dispose();
});
afterAll(() => rmSync(cwd, { recursive: true }));

const foreign =
  /Cannot|is not (iterable|a function|defined|a constructor)|Maximum call stack|Invalid (array|typed)|undefined \(|\[object|out of memory|reading '/;

/** Loads what is damaged: an error in one line, or the very same model; in time, and without taking memory. Gives whether it was refused. */
async function loadDamaged(what: string, load: () => Promise<{ module: Module; metadata: unknown }>): Promise<boolean> {
  const { numTensors } = tf.memory();
  const before = process.memoryUsage();
  const started = performance.now();
  const result = await load().catch((error: unknown) => error as Error);
  expect(performance.now() - started, what).toBeLessThan(LONGEST_MS);
  const { rss } = process.memoryUsage();
  expect(rss - before.rss, what).toBeLessThan(MOST_BYTES);
  if (result instanceof Error) {
    expect(result.message, what).toMatch(/^(loadModule|unpackModule): [^\p{Cc}]{5,2000}$/u);
    expect(result.message, what).not.toMatch(foreign);
  } else {
    expect({ ...(await everything(result.module)), metadata: result.metadata }, what).toEqual(original);
    result.module.dispose();
  }
  expect(tf.memory().numTensors, what).toBe(numTensors);
  return result instanceof Error;
}

describe(
  `damaged in ${CASES} ways, each loads as it was saved, or is refused in one line`,
  { timeout: 60_000 + CASES * 100 },
  () => {
    const kinds = { bytes: byteMutations, text: textMutations };

    test.each(
      ['weights.safetensors', 'config.json'].flatMap((file, f) =>
        (['bytes', 'text'] as const).map((kind, k) => [file, kind, 10 + 2 * f + k] as const),
      ),
    )('%s, its %s', async (file, kind, seed) => {
      const place = path.join(cwd, 'model', file);
      const whole = readFileSync(place);
      let refused = 0;
      for (let i = 0; i < CASES; i++) {
        writeFileSync(place, mutate(whole, foldIn(key(seed), i), kinds[kind]));
        if (await loadDamaged(`case ${i} of seed ${seed}`, () => loadModule(path.join(cwd, 'model'), classes)))
          refused++;
      }
      writeFileSync(place, whole);
      expect(refused).toBeGreaterThan(CASES / 2);
    });

    test('an archive', async () => {
      let refused = 0;
      for (let i = 0; i < CASES; i++) {
        const damaged = mutate(archive, foldIn(key(20), i));
        if (await loadDamaged(`case ${i} of seed 20`, async () => unpackModule(damaged, classes))) refused++;
      }
      expect(refused).toBeGreaterThan(CASES / 2);
    });
  },
);

const few = { dtype: 'F32', shape: [3], values: new Float32Array(3) } as const;
const layers = (layer: unknown) => ({ type: 'Chain', checkpoint: false, parts: [layer] });

/** A file of the first version, which needs no checksum, so that the configuration is looked at. */
const fileOf = (config: unknown) =>
  encodeSafetensors(new Map([['x', few]]), { format: 'pushforward', version: '1', config: JSON.stringify(config) });

test.each<[string, unknown]>([
  ['dimensions', { type: 'Made', dim: 1e9 }],
  ['fewer dimensions', { type: 'Made', dim: 1e5 }],
  ['hidden units', { type: 'Made', dim: 2, hidden: [1e9] }],
  ['hidden layers', { type: 'Made', dim: 2, hidden: [3e4, 3e4] }],
  ['parameters', { type: 'Made', dim: 2, hidden: [2], parameterCount: 1e9 }],
  ['a context', { type: 'Made', dim: 2, hidden: [2], context: 1e9 }],
  ['a context that fits into memory', { type: 'Made', dim: 2, hidden: [2], context: 1e6 }],
  ['a matrix', layers({ type: 'LuLinear', dim: 3e4, permutation: null })],
  ['reflections', layers({ type: 'Householder', dim: 1e5, reflections: 1e5 })],
  ['reflections of few numbers', layers({ type: 'Householder', dim: 3, reflections: 1e6 })],
  ['a triangle', layers({ type: 'FillTriangular', dim: 1e6, diagonal: { type: 'Exp' } })],
  ['units', layers({ type: 'Sylvester', dim: 1e6, units: 1e6, reflections: 1 })],
  ['an LSTM', { type: 'LstmConditioner', dim: 1e6, parameterCount: 1, hidden: [1e6], contextDim: 0, order: 'natural' }],
  [
    'attention',
    {
      type: 'AttentionConditioner',
      dim: 2,
      parameterCount: 1,
      width: 1e6,
      heads: 1,
      blocks: 1e6,
      mlp: 1,
      activation: 'relu',
    },
  ],
  [
    'numbers of an event',
    { type: 'Elementwise', transform: { type: 'ShiftTransform' }, eventShape: [1e6, 1e6], trainable: true },
  ],
  ['a coupling', { type: 'Mlp', inputDim: 1e6, outputDim: 1e6, hidden: [1e6], contextDim: 0, activation: 'relu' }],
  ['a variable', { type: 'Normal', loc: { shape: [1e9], trainable: true }, scale: 1 }],
  ['a permutation', layers({ type: 'Permute', dim: 1e9, permutation: 'random' })],
])('a file that asks for more %s than it holds is refused before memory is taken', async (_, config) => {
  const place = path.join(cwd, 'hostile');
  rmSync(place, { recursive: true, force: true });
  await saveModule(new Permute({ dim: 2 }), place);
  writeFileSync(path.join(place, 'weights.safetensors'), fileOf(config));
  expect(await loadDamaged(JSON.stringify(config), () => loadModule(place, classes))).toBe(true);
});
