import { fill, memory, ones, tidy, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { buildModule } from './build-module.js';
import type { BuildModule, FormerNames, Json, ModuleConfig } from './contract.js';
import { makeVariable } from './make-variable.js';
import { Module } from './module.js';
import { readConfig } from './read-config.js';
import { restoreModule } from './restore-module.js';
import { Scale, Stack } from '../testing/example-modules.js';

/** It was once called Dense, and kept `weights.i` as `w.i` and `bias` as `b`. */
class Layer extends Module {
  static readonly type: string = 'Layer';
  static readonly formerly: FormerNames = {
    types: ['Dense', 'Linear'],
    path: (path, { type }) => (type === 'Layer' ? path : path.replace(/^w\./u, 'weights.').replace(/^b$/u, 'bias')),
  };
  readonly weights = [2, 3].map((size) => makeVariable([size], () => ones([size])));
  readonly bias = makeVariable([1], () => zeros([1]));
}

/** It once kept its `inner` module as `network`. */
class Holder extends Module {
  static readonly type = 'Holder';
  static readonly formerly: FormerNames = {
    path: (path, { version }) => (version === 2 ? path : path.replace(/^network\./u, 'inner.')),
  };
  static override fromConfig(config: ModuleConfig, build: BuildModule): Holder {
    return new Holder(build(readConfig(config, { version: 'number?' }).version ? config.inner : config.network));
  }
  constructor(readonly inner: Module) {
    super();
  }
  override config(): ModuleConfig {
    return { type: Holder.type, version: 2, inner: this.inner.config() };
  }
}

const classes = [Holder, Layer, Scale, Stack];

/** Variables of these shapes with values 0, 1, 2, … in the order of their paths. */
function restore(
  config: Json,
  shapes: Record<string, number[]>,
  { ties = {}, frozen = [] as string[] }: { ties?: Record<string, string>; frozen?: string[] } = {},
): Module {
  const variables = new Map(Object.entries(shapes).map(([path, shape]) => [path, { dtype: 'float32', shape }]));
  const paths = [...variables.keys()];
  const kept = { source: 'test', config, variables, ties: new Map(Object.entries(ties)), frozen: new Set(frozen) };
  return restoreModule<Module>(kept, classes, (path, variable) => {
    tidy(() => variable.assign(fill(variable.shape, paths.indexOf(path))));
  });
}

/** The first number of each variable. */
async function valuesOf(module: Module): Promise<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const [path, variable] of module.variables()) [values[path]] = await variable.data();
  return values;
}

const dense = { type: 'Dense' };

describe('what was saved under former names', () => {
  test.each(['Dense', 'Linear'])('a %s, whose variables had other names', async (type) => {
    using module = restore({ type }, { b: [1], 'w.0': [2], 'w.1': [3] }, { frozen: ['w.1'] });
    expect(await valuesOf(module)).toEqual({ 'weights.0': 1, 'weights.1': 2, bias: 0 });
    expect(module.trainableVariables()).toHaveLength(2);
    expect(module.config()).toEqual({ type: 'Layer' });
  });

  test('in parts of parts, beside those of today', async () => {
    const config: Json = { type: 'Stack', layers: [{ type: 'Holder', network: dense }, { type: 'Layer' }] };
    const old = { 'layers.0.network.w.0': [2], 'layers.0.network.w.1': [3], 'layers.0.network.b': [1] };
    const ofToday = { 'layers.1.weights.0': [2], 'layers.1.weights.1': [3], 'layers.1.bias': [1], bias: [1] };
    using module = restore(config, { ...old, ...ofToday });
    expect(await valuesOf(module)).toEqual({
      'layers.0.inner.weights.0': 0,
      'layers.0.inner.weights.1': 1,
      'layers.0.inner.bias': 2,
      'layers.1.weights.0': 3,
      'layers.1.weights.1': 4,
      'layers.1.bias': 5,
      bias: 6,
    });
  });

  test('variables that stand at two places', () => {
    const shapes = { bias: [1], 'layers.0.b': [1], 'layers.0.w.0': [2], 'layers.0.w.1': [3], 'layers.1.w.1': [3] };
    const ties = { 'layers.1.b': 'layers.0.b', 'layers.1.w.0': 'layers.0.w.0' };
    using module = restore({ type: 'Stack', layers: [dense, dense] }, shapes, { ties });
    const paths = module.variablePaths();
    expect(paths.get('layers.1.bias')).toBe(paths.get('layers.0.bias'));
    expect(paths.get('layers.1.weights.0')).toBe(paths.get('layers.0.weights.0'));
    expect(paths.get('layers.1.weights.1')).not.toBe(paths.get('layers.0.weights.1'));
  });

  test('a copy of what was read, under the names of today', async () => {
    using module = restore(
      { type: 'Holder', network: dense },
      { 'network.b': [1], 'network.w.0': [2], 'network.w.1': [3] },
    );
    using copy = module.clone();
    expect(await valuesOf(copy)).toEqual(await valuesOf(module));
  });

  test('one variable under both names is refused, and leaves nothing in memory', () => {
    const { numTensors } = memory();
    const shapes = { b: [1], bias: [1], 'w.0': [2], 'w.1': [3] };
    expect(() => restore(dense, shapes)).toThrow(
      new Error("test must hold every variable once, got another for 'bias'"),
    );
    expect(() => restore({ type: 'Layer' }, { 'weights.0': [2], 'weights.1': [3], b: [1] })).toThrow(
      "test must hold every variable of the module, got none for 'bias'",
    );
    expect(memory().numTensors).toBe(numTensors);
  });
});

describe('the former names of a class', () => {
  test('are no other class’s', () => {
    class Dense extends Scale {
      static override readonly type = 'Dense';
    }
    expect(() => buildModule(dense, [Layer, Dense])).toThrow(
      "buildModule: classes has two different classes of type 'Dense'",
    );
  });

  test('are not inherited', () => {
    class Wide extends Layer {
      static override readonly type = 'Wide';
    }
    using module = buildModule(dense, [Wide, Layer]) as Module;
    expect(module.constructor).toBe(Layer);
    expect(() => buildModule(dense, [Wide])).toThrow("classes must include one of type 'Dense', got Wide");
  });
});
