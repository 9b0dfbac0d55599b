import type { Json } from '@pushforward/tensor';
import { writeFileAtomic } from '../files/atomic-file.js';
import { checksumOf } from '../safetensors/checksum.js';
import type { StoredDtype, StoredValues } from '../safetensors/element-type.js';
import { readFileOf } from '../files/read-file.js';
import { encodeSafetensors, readSafetensors } from '../safetensors/safetensors.js';

const format = 'pushforward';

/** Tensors as plain data, by name, as in a checkpoint of `@pushforward/training`. */
export interface NamedTensors {
  [name: string]: { shape: number[]; values: StoredValues };
}

/** The content of a file that {@link loadTensors} reads. */
export interface LoadedTensors {
  /** An object without a prototype, so that no name of a file means anything to JavaScript. */
  tensors: NamedTensors;
  /** The data saved with them; undefined if none. */
  metadata: Json | undefined;
}

/**
 * Saves tensors and some JSON in one safetensors file, atomically: a process killed at any moment leaves the old file or the new one,
 * whole. The file carries a checksum of all that it says, names and metadata included.
 *
 * **Numerics**: values keep their bits.
 *
 * @param metadata JSON, as the progress of a training run
 * @throws Error if values do not fit their shape, or of the file system, with a `code` as `ENOSPC`
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { loadTensors, saveTensors } from '@pushforward/io/node';
 *
 * const file = join(await mkdtemp(join(tmpdir(), 'pushforward-')), 'checkpoint.safetensors');
 * const checkpoint = { progress: { step: 10 }, tensors: { 'weights/scale': { shape: [2], values: new Float32Array([1, 2]) } } };
 * await saveTensors(file, checkpoint.tensors, checkpoint.progress);
 *
 * const { tensors, metadata } = await loadTensors(file);
 * console.log(tensors['weights/scale'].shape, metadata); // [ 2 ] { step: 10 }
 * ```
 */
export async function saveTensors(file: string, tensors: NamedTensors, metadata?: Json): Promise<void> {
  const stored = new Map(
    Object.entries(tensors).map(([name, { shape, values }]) => [name, { dtype: dtypeOf(values), shape, values }]),
  );
  const texts: Record<string, string> = {
    format,
    ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
  };
  await writeFileAtomic(file, encodeSafetensors(stored, { ...texts, checksum: checksumOf(stored, texts) }));
}

function dtypeOf(values: StoredValues): StoredDtype {
  if (values instanceof Float32Array) return 'F32';
  return values instanceof Int32Array ? 'I32' : 'U8';
}

/**
 * The tensors that {@link saveTensors} put in a file, or any safetensors file.
 *
 * A file of other programs has no checksum: a changed value in it is read as it stands.
 *
 * @throws Error, in one line that names the file, if it is missing, truncated, no such file, or of {@link saveTensors} and changed since
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { encodeSafetensors } from '@pushforward/io';
 * import { loadTensors } from '@pushforward/io/node';
 *
 * const file = join(await mkdtemp(join(tmpdir(), 'pushforward-')), 'scale.safetensors');
 * await writeFile(file, encodeSafetensors(new Map([['scale', { dtype: 'F32', shape: [2], values: new Float32Array([1, 2]) }]])));
 * const { tensors } = await loadTensors(file);
 * console.log(tensors.scale.shape, [...tensors.scale.values]); // [ 2 ] [ 1, 2 ]
 * ```
 */
export async function loadTensors(file: string): Promise<LoadedTensors> {
  const source = `loadTensors: ${file}`;
  const { tensors, metadata } = readSafetensors(source, await readFileOf('loadTensors', file));
  const { checksum, ...texts } = metadata;
  // One of ours if either word says so: a change of one of the two is damage to be found.
  const isOurs = texts.format === format || checksum !== undefined;
  if (isOurs && checksum !== checksumOf(tensors, texts)) {
    throw new Error(`${source} is damaged or was edited: its content is not that of its checksum`);
  }
  const named: NamedTensors = Object.create(null);
  for (const [name, { shape, values }] of tensors) named[name] = { shape: [...shape], values };
  try {
    return {
      tensors: named,
      metadata: metadata.metadata === undefined ? undefined : (JSON.parse(metadata.metadata) as Json),
    };
  } catch (error) {
    throw new Error(`${source}: metadata must be JSON`, { cause: error });
  }
}
