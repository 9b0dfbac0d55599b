import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { affine, bijectorModules, Chain, Invert, maf, Permute } from '@pushforward/bijectors';
import { MultivariateNormalDiag, StandardNormal, Transformed } from '@pushforward/distributions';
import { packModule, unpackModule } from '@pushforward/io';
import { loadModule } from '@pushforward/io/node';
import { foldIn, key, type Module, normal } from '@pushforward/tensor';
import { fit } from '@pushforward/training';
import { type Vae, vaeModules } from '@pushforward/vae';
import { describe, expect, test } from 'vitest';

const classes = [...bijectorModules, ...vaeModules];

// What each version of the file format wrote, kept as it was: whatever changes here, the files do not.
describe.each(['version-1', 'version-2'])('the models saved in %s', (version) => {
  const directory = join(import.meta.dirname, 'saved-models', version);

  test('a conditional flow has the densities that it was saved with', async () => {
    const { module: flow, metadata } = await loadModule<Transformed>(join(directory, 'flow'), classes);
    const x = tf.tensor2d([
      [0.5, -1, 2],
      [3, 0, -0.25],
      [1, 2, 3],
    ]);
    const context = tf.tensor2d([
      [0.1, -0.2],
      [1, 2],
      [-1, 0.5],
    ]);
    expect(metadata).toEqual({ columns: ['a', 'b', 'c'] });
    await expect(flow.logProb(x, context)).toBeAllClose([
      -19.873844146728516, -36.513946533203125, -24.590303421020508,
    ]);
    flow.dispose();
  });

  test('a variational autoencoder decodes as it did', async () => {
    const { module: vae } = unpackModule<Vae>(await readFile(join(directory, 'vae.zip')), classes);
    const z = tf.tensor2d([
      [0.5, -1],
      [2, 0.25],
    ]);
    const context = tf.tensor2d([[0.5], [-1]]);
    await expect(vae.decode(z)).toBeAllClose([
      [0.4736132323741913, 0.4561707675457001, 0.4278251528739929, 0.5446787476539612],
      [0.43176329135894775, 0.36640697717666626, 0.523878812789917, 0.49962273240089417],
    ]);
    await expect(vae.posterior!.inverse(z, context)).toBeAllClose([
      [0.4841492772102356, -1.1359699964523315],
      [2.104104995727539, 0.21388375759124756],
    ]);
    await expect(vae.prior.logProb(z)).toBeAllClose([-2.619127035140991, -9.845688819885254]);
    vae.dispose();
  });
});

test('a flow of version 2 with a layer that stands at two places, partly frozen', async () => {
  const { module: flow } = await loadModule<Transformed>(
    join(import.meta.dirname, 'saved-models/version-2/tied'),
    classes,
  );
  const parts = (flow.bijector as Chain).parts;
  expect([...parts[2].variables().values()]).toEqual([...parts[0].variables().values()]);
  expect(flow.trainableVariables().length).toBe(flow.variables().size - 1);
  await expect(
    flow.logProb(
      tf.tensor2d([
        [0.5, -1],
        [2, 0.25],
      ]),
    ),
  ).toBeAllClose([-2.2189064025878906, -7.85037899017334]);
  flow.dispose();
});

// Their networks were of the class CouplingMlp, with other paths than Mlp has for the same weights.
test.each([
  { name: 'coupling', logProb: [-4.451132774353027, -35.102603912353516] },
  { name: 'coupling-without-context', logProb: [-4.705498218536377, -6.330741882324219] },
  { name: 'coupling-of-one', logProb: [-1.073468565940857, -1.6689599752426147] },
])('the networks of $name in version 2', async ({ name, logProb }) => {
  const file = join(import.meta.dirname, `saved-models/version-2/${name}.zip`);
  const { module: flow } = unpackModule<Transformed>(await readFile(file), classes);
  const x = tf.slice(
    tf.tensor2d([
      [0.5, -1, 2],
      [3, 0, -0.25],
    ]),
    [0, 0],
    [2, flow.eventShape[0]],
  );
  const context = tf.tensor2d([
    [0.1, -0.2],
    [1, 2],
  ]);
  await expect(flow.logProb(x, flow.contextDim > 0 ? context : undefined)).toBeAllClose(logProb);
  // Saved again, it has the names of today.
  const { module: again } = unpackModule<Transformed>(await packModule(flow), classes);
  expect(again.toString()).toContain('Mlp(');
  expect(pathsOf(again)).toEqual(pathsOf(flow));
  flow.dispose();
  again.dispose();
});

/** Moves the variables off their start. */
function moved<M extends Module>(module: M): M {
  [...module.variables().values()].forEach((variable, i) => {
    tf.tidy(() => variable.assign(tf.add(variable, tf.mul(normal(foldIn(key(7), i), variable.shape), 0.3))));
  });
  return module;
}

const tied: [string, () => Transformed][] = [
  [
    'a layer that stands twice in a chain',
    () => {
      const layer = maf({ dim: 2, transforms: 1, hidden: [8], seed: 0 });
      return new Transformed(new StandardNormal(2), new Chain([layer, new Permute({ dim: 2 }), layer]));
    },
  ],
  [
    'a layer that stands within another part',
    () => {
      const layer = affine({ loc: [1, 2], scale: [2, 3], trainable: true });
      return new Transformed(new StandardNormal(2), new Chain([layer, new Permute({ dim: 2 }), new Invert(layer)]));
    },
  ],
  [
    'two parameters that are one variable',
    () => {
      const both = tf.variable(tf.tensor1d([1, 2]));
      return new Transformed(new MultivariateNormalDiag(both, both), new Permute({ dim: 2 }));
    },
  ],
  [
    'children that share one of their variables',
    () => {
      const [first, second] = [0, 1].map((seed) => maf({ dim: 2, transforms: 1, hidden: [8], seed }));
      const [from, to] = [first, second].map(
        (flow) =>
          (flow.parts[0] as unknown as { conditioner: { layers: { bias: tf.Variable }[] } }).conditioner.layers[0],
      );
      to.bias.dispose();
      to.bias = from.bias;
      return new Transformed(new StandardNormal(2), new Chain([first, second]));
    },
  ],
];
const copies: [string, (flow: Transformed) => Promise<Transformed>][] = [
  ['saving and loading', async (flow) => unpackModule<Transformed>(await packModule(flow), classes).module],
  ['clone', async (flow) => flow.clone()],
];

/** Every path with the number of the variable that stands there. */
const pathsOf = (module: Module) =>
  [...module.variablePaths().entries()].map(([path, own]) => [path, [...module.variables().values()].indexOf(own)]);

describe.each(copies)('%s keeps', (_, copyOf) => {
  test.each(tied)('%s one, also while training', async (_, make) => {
    const flow = moved(make());
    const copy = await copyOf(flow);
    const rows = tf.tensor2d([
      [0.5, -1],
      [2, 0.25],
      [1, 1],
    ]);
    expect(pathsOf(copy)).toEqual(pathsOf(flow));
    await expect(copy.logProb(rows)).toBeAllClose(await flow.logProb(rows).array(), { rtol: 0, atol: 0 });
    for (const module of [flow, copy])
      await fit((x) => tf.neg(tf.mean(module.logProb(x))), rows, { module, epochs: 2, seed: 1 });
    await expect(copy.logProb(rows)).toBeAllClose(await flow.logProb(rows).array(), { rtol: 0, atol: 0 });
    expect(pathsOf(copy)).toEqual(pathsOf(flow));
    flow.dispose();
    copy.dispose();
  });

  test('frozen variables frozen', async () => {
    const flow = new Transformed(new StandardNormal(2), maf({ dim: 2, transforms: 3, hidden: [8], seed: 0 }));
    for (const variable of (flow.bijector as Chain).parts[0].variables().values()) variable.trainable = false;
    const copy = await copyOf(flow);
    expect([...copy.variables().values()].map(({ trainable }) => trainable)).toEqual(
      [...flow.variables().values()].map(({ trainable }) => trainable),
    );
    expect(copy.trainableVariables()).toHaveLength(8);
    flow.dispose();
    copy.dispose();
  });
});
