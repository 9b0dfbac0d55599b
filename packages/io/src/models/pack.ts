import { checkOptions, type Module, type ModuleClass } from '@pushforward/tensor';
import { readArchive, writeArchive } from '../archive/archive.js';
import { configName, type LoadedModule, readModel, type SaveOptions, weightsName, writeModel } from './model-file.js';

/**
 * A module as the bytes of one zip archive, to be downloaded, uploaded or put into a browser's storage. It holds the two files
 * that `saveModule` of `@pushforward/io/node` writes, so a directory and an archive may be made from each other with any zip program.
 *
 * **Numerics**: the variables keep their bits; float32, int32 and bool, trainable or not. The same module gives the same bytes.
 *
 * @returns the archive; `new Blob([bytes])` makes a download of it
 * @throws Error if the module's configuration holds a number that JSON has no word for, or a variable's dtype is another
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { packModule, unpackModule } from '@pushforward/io';
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
 * const bytes = await packModule(new Scale(), { metadata: { columns: ['height', 'width'] } });
 * const { module, metadata } = unpackModule<Scale>(bytes, [Scale]);
 * console.log(module.scale.shape, metadata); // [ 2 ] { columns: [ 'height', 'width' ] }
 * ```
 */
export async function packModule(module: Module, options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions('packModule', options, ['metadata']);
  const { weights, config } = await writeModel('packModule', module, options);
  return writeArchive({ [configName]: new TextEncoder().encode(config), [weightsName]: weights });
}

/**
 * The module in an archive of {@link packModule}. Nothing in it is executed: only the classes given here are built, and every size is
 * checked before memory is taken for it.
 *
 * @param classes every class that may occur, children included, as `bijectorModules` of `@pushforward/bijectors`
 * @returns the module, which the caller disposes of, and what was saved with it
 * @throws Error, in one line, if the archive is truncated, damaged, of an unknown version, holds anything else, or would unpack to more
 * than 64 MiB and 16 times its size; or if the variables of the rebuilt module are not those of the archive, path by path. Nothing stays
 * in memory then.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { packModule, unpackModule } from '@pushforward/io';
 * import { Made, madeModules } from '@pushforward/made';
 *
 * const bytes = await packModule(new Made({ dim: 3, seed: 0 }));
 * const { module } = unpackModule<Made>(bytes, madeModules);
 * console.log(module.dim); // 3
 * module.dispose();
 * ```
 */
export function unpackModule<M extends Module = Module>(
  bytes: Uint8Array,
  classes: readonly ModuleClass[],
): LoadedModule<M> {
  const entries = readArchive('unpackModule: bytes', bytes, [configName, weightsName]);
  const weights = entries.get(weightsName);
  if (!weights) throw new Error(`unpackModule: bytes must hold ${weightsName}, got an archive without`);
  const config = entries.get(configName);
  return readModel('unpackModule', weights, config && new TextDecoder().decode(config), classes);
}
