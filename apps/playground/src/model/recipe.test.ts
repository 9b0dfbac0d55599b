import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as bijectors from '@pushforward/bijectors';
import { expect, test } from 'vitest';
import { buildFlow } from './build-flow.js';
import { flowNames, flows, recipeOf } from './recipe.js';

const settings = { depth: 2, width: 16, steps: 300, seed: 0 };

/** What an exported function makes of the options that every factory of flows has, if it is one. */
async function isFactory(make: unknown): Promise<boolean> {
  try {
    return (await (make as (options: object) => unknown)({ dim: 2, seed: 0 })) instanceof bijectors.Chain;
  } catch {
    return false;
  }
}

test('every factory of flows of vectors can be chosen', async () => {
  const exported = Object.entries(bijectors);
  const are = await Promise.all(exported.map(([, make]) => isFactory(make)));
  const factories = exported.filter((_, i) => are[i]).map(([name]) => name);
  expect(factories).toContain('maf');
  expect(new Set(Object.values(flows).map(({ factory }) => factory))).toEqual(new Set(factories));
});

test.each(flowNames)('%s: the layers are as many as the page says, and invertible', async (flow) => {
  const recipe = recipeOf({ ...settings, flow }, 1);
  expect(recipe.options['transforms']).toBe(flows[flow].isOneLayer ? undefined : 2);
  const map = buildFlow(recipe);
  const x = tf.tensor2d([
    [0.5, -1],
    [2, 0.1],
  ]);
  const context = tf.tensor2d([[1], [-1]]);
  const error = tf.max(tf.abs(tf.sub(map.inverse(map.forward(x, context), context), x)));
  expect((await error.data())[0]).toBeLessThan(1e-4);
});
