import path from 'node:path';
import { checkOptions, type Module, type ModuleClass } from '@pushforward/tensor';
import { writeFileAtomic } from '../files/atomic-file.js';
import { configName, type LoadedModule, readModel, type SaveOptions, weightsName, writeModel } from './model-file.js';
import { readFileIfThere, readFileOf } from '../files/read-file.js';

/**
 * Saves a module in a directory: `weights.safetensors`, which is the whole module and can be read by any program that knows safetensors,
 * and `config.json`, which says for people how it is built. Missing directories are made; other files in it are not touched.
 *
 * Whenever the process is killed, the directory holds the module that was there before or the new one, whole. Somebody may load from
 * it meanwhile.
 *
 * **Numerics**: the variables keep their bits; float32, int32 and bool, trainable or not. The same module gives the same bytes.
 *
 * @throws Error if the module's configuration holds a number that JSON has no word for, or a variable's dtype is another, or of the
 * file system, with a `code` as `ENOSPC`; the module that was there before is still there then
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import * as tf from '@tensorflow/tfjs';
 * import { loadModule, saveModule } from '@pushforward/io/node';
 * import { Module } from '@pushforward/tensor';
 *
 * class Scale extends Module {
 *   static readonly type = 'Scale';
 *   static fromConfig() {
 *     return new Scale();
 *   }
 *   readonly scale = tf.variable(tf.ones([2]));
 *   config() {
 *     return { type: Scale.type };
 *   }
 * }
 *
 * const directory = await mkdtemp(join(tmpdir(), 'pushforward-'));
 * await saveModule(new Scale(), directory, { metadata: { columns: ['height', 'width'] } });
 * const { module, metadata } = await loadModule<Scale>(directory, [Scale]);
 * console.log(module.scale.shape, metadata); // [ 2 ] { columns: [ 'height', 'width' ] }
 * ```
 */
export async function saveModule(module: Module, directory: string, options: SaveOptions = {}): Promise<void> {
  checkOptions('saveModule', options, ['metadata']);
  const { weights, config } = await writeModel('saveModule', module, options);
  // Renaming the weights is the one moment at which the directory changes from the old module to the new. A process killed behind it
  // leaves a config.json that names other weights, which loading takes as out of date, and the next saving replaces.
  await writeFileAtomic(path.join(directory, weightsName), weights);
  await writeFileAtomic(path.join(directory, configName), config);
}

/**
 * The module that {@link saveModule} put in a directory. Nothing in it is executed: only the classes given here are built.
 *
 * `weights.safetensors` alone decides. `config.json` may be missing; one that was edited is an error rather than ignored.
 *
 * @param classes every class that may occur, children included, as `bijectorModules` of `@pushforward/bijectors`
 * @returns the module, which the caller disposes of, and what was saved with it
 * @throws Error, in one line that names the file, if it is missing, truncated, or of an unknown version; or if the variables of the
 * rebuilt module are not those of the file, path by path. Nothing stays in memory then.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import '@tensorflow/tfjs';
 * import { loadModule, saveModule } from '@pushforward/io/node';
 * import { Made, madeModules } from '@pushforward/made';
 *
 * const directory = await mkdtemp(join(tmpdir(), 'pushforward-'));
 * await saveModule(new Made({ dim: 3, seed: 0 }), directory);
 * const { module } = await loadModule<Made>(directory, madeModules);
 * console.log(module.dim); // 3
 * module.dispose();
 * ```
 */
export async function loadModule<M extends Module = Module>(
  directory: string,
  classes: readonly ModuleClass[],
): Promise<LoadedModule<M>> {
  const weights = await readFileOf('loadModule', path.join(directory, weightsName));
  const config = await readFileIfThere('loadModule', path.join(directory, configName));
  return readModel(`loadModule: ${directory}`, weights, config && new TextDecoder().decode(config), classes);
}
