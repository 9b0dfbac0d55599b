import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { bijectorModules } from '@pushforward/bijectors';
import { distributionModules, type Transformed } from '@pushforward/distributions';
import { unpackModule } from '@pushforward/io';
import { loadModule } from '@pushforward/io/node';
import { madeModules } from '@pushforward/made';
import { type Vae, vaeModules } from '@pushforward/vae';
import { describe, expect, test } from 'vitest';

const classes = [...madeModules, ...bijectorModules, ...distributionModules, ...vaeModules];

// What each version of the file format wrote, kept as it was: whatever changes here, the files do not.
describe.each(['version-1'])('the models saved in %s', (version) => {
  const directory = join(import.meta.dirname, 'saved-models', version);

  test('a conditional flow has the densities that it was saved with', async () => {
    const { module: flow, metadata } = await loadModule<Transformed>(join(directory, 'flow'), classes);
    const x = tf.tensor2d([[0.5, -1, 2], [3, 0, -0.25], [1, 2, 3]]);
    const context = tf.tensor2d([[0.1, -0.2], [1, 2], [-1, 0.5]]);
    expect(metadata).toEqual({ columns: ['a', 'b', 'c'] });
    await expect(flow.logProb(x, context)).toBeAllClose([-19.873844146728516, -36.513946533203125, -24.590303421020508]);
    flow.dispose();
  });

  test('a variational autoencoder decodes as it did', async () => {
    const { module: vae } = unpackModule<Vae>(await readFile(join(directory, 'vae.zip')), classes);
    const z = tf.tensor2d([[0.5, -1], [2, 0.25]]);
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
