import { tensor } from '@tensorflow/tfjs-core';
import { type Json, type Module, type ModuleClass, moduleState, restoreModule } from '@pushforward/tensor';
import { checksumOf, checksumOfText } from '../safetensors/checksum.js';
import { crc32 } from '../files/crc32.js';
import type { StoredDtype, StoredValues } from '../safetensors/element-type.js';
import { checkNesting, parseJson } from '../text/parse-json.js';
import { quote } from '../text/quote.js';
import { encodeSafetensors, readSafetensors, type StoredTensor } from '../safetensors/safetensors.js';

/** Options of saving a module. */
export interface SaveOptions {
  /** JSON of the application's own, as column names or how the training went; loading returns it as `JSON.stringify` wrote it. */
  metadata?: Json;
}

/** A module as it was saved. */
export interface LoadedModule<M extends Module = Module> {
  /** The caller's, to be disposed of. */
  module: M;
  /** The application's own data; undefined if none was saved. */
  metadata: Json | undefined;
}

/** The two files of a saved module. */
export interface ModelFiles {
  weights: Uint8Array<ArrayBuffer>;
  config: string;
}

export const weightsName = 'weights.safetensors';
export const configName = 'config.json';

const format = 'pushforward';
const version = 2;

/** Further metadata of a file of the first version, which had neither ties nor a checksum. */
const firstNames = ['format', 'version', 'config', 'metadata'];

/**
 * The files of a module.
 *
 * The file of weights is the whole model: its metadata holds the configuration too. So one file decides, and there is no moment at
 * which two of them have to change together. `config.json` says the same for people to read, and names by checksum the weights that it
 * belongs to; beside other weights it is out of date, and nobody asks it. Either has a checksum of all that it says.
 */
export async function writeModel(caller: string, module: Module, options: SaveOptions): Promise<ModelFiles> {
  const config = module.config();
  const { metadata } = options;
  const configText = JSON.stringify(config, (name, value) => {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new Error(`${caller}: config must be JSON, got ${value} as ${quote(name)}`);
    return value as unknown;
  });
  checkNesting(`${caller}: config`, configText);
  const metadataText = metadata === undefined ? undefined : JSON.stringify(metadata);
  if (metadataText !== undefined) checkNesting(`${caller}: metadata`, metadataText);
  const { ties, frozen } = moduleState(module);
  const structure = {
    ...(ties.size === 0 ? {} : { ties: Object.fromEntries(ties) }),
    ...(frozen.size === 0 ? {} : { frozen: [...frozen] }),
  };
  const texts: Record<string, string> = {
    format,
    version: String(version),
    config: configText,
    ...Object.fromEntries(Object.entries(structure).map(([name, value]) => [name, JSON.stringify(value)])),
    ...(metadataText === undefined ? {} : { metadata: metadataText }),
  };
  const tensors = await readVariables(caller, module);
  const weights = encodeSafetensors(tensors, { ...texts, checksum: checksumOf(tensors, texts) });
  const summary = { format, version, weights: identify(weights), config, ...structure, metadata };
  const checksum = checksumOfText(JSON.stringify(summary));
  return { weights, config: `${JSON.stringify({ ...summary, checksum }, null, 2)}\n` };
}

function identify(weights: Uint8Array) {
  return { bytes: weights.length, crc32: crc32(weights).toString(16).padStart(8, '0') };
}

const storedDtypes = new Map<string, StoredDtype>([
  ['float32', 'F32'],
  ['int32', 'I32'],
  ['bool', 'BOOL'],
]);

const variableDtypes = new Map<string, string>([...storedDtypes].map(([dtype, stored]) => [stored, dtype]));

async function readVariables(caller: string, module: Module): Promise<Map<string, StoredTensor>> {
  // Every reading is asked for before the first is awaited: what a training loop does meanwhile does not mix into the file.
  const readings = [...module.variables()].map(async ([path, variable]) => {
    const dtype = storedDtypes.get(variable.dtype);
    if (!dtype)
      throw new Error(
        `${caller}: ${quote(path)} must be of ${[...storedDtypes.keys()].join(', ')}, got ${variable.dtype}`,
      );
    const values = (await variable.data()) as StoredValues;
    return [path, { dtype, shape: variable.shape, values }] as const;
  });
  return new Map(await Promise.all(readings));
}

/**
 * Rebuilds a module from its files.
 *
 * @param source what error messages call the place of the files, as `loadModule: models/digits`
 * @param config the text of config.json, if there is one
 */
export function readModel<M extends Module>(
  source: string,
  weights: Uint8Array,
  config: string | undefined,
  classes: readonly ModuleClass[],
): LoadedModule<M> {
  const file = `${source}: ${weightsName}`;
  const { tensors, metadata } = readSafetensors(file, weights);
  checkWhole(file, tensors, metadata);
  if (metadata.config === undefined) throw new Error(`${file} must hold a config, got none`);
  const moduleConfig = parseJson(`${file}: config`, metadata.config);
  const extra = metadata.metadata === undefined ? undefined : parseJson(`${file}: metadata`, metadata.metadata);
  if (config !== undefined)
    checkConfig(`${source}: ${configName}`, config, weights, { config: moduleConfig, metadata: extra });

  const kept = {
    source: file,
    config: moduleConfig,
    variables: new Map(
      [...tensors].map(([path, { dtype, shape }]) => [path, { dtype: variableDtypes.get(dtype) ?? dtype, shape }]),
    ),
    ties: readTies(file, metadata.ties),
    // The first version left that to the configuration.
    frozen: metadata.version === '1' ? undefined : readFrozen(file, metadata.frozen),
  };
  const module = restoreModule<M>(kept, classes, (path, variable) => {
    const value = tensor(tensors.get(path)!.values, variable.shape, variable.dtype);
    variable.assign(value);
    value.dispose();
  });
  return { module, metadata: extra };
}

/** Throws unless the file is a model of a known version, as it was written. */
function checkWhole(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
): void {
  if (metadata.format !== format) throw new Error(`${file} must be a module saved by ${format}, got other tensors`);
  const { version: own, checksum, ...rest } = metadata;
  if (own !== '1' && own !== String(version)) {
    throw new Error(
      `${file} must be of version 1 or ${version}, the ones known here, got ${own === undefined ? 'none' : quote(own)}`,
    );
  }
  if (own === '1') {
    const later = Object.keys(metadata).find((name) => !firstNames.includes(name));
    if (later !== undefined) throw new Error(`${file} is damaged: version 1 has no ${quote(later)}`);
  } else if (checksum !== checksumOf(tensors, { ...rest, version: own })) {
    throw new Error(`${file} is damaged or was edited: its content is not that of its checksum`);
  }
}

function readTies(file: string, text = '{}'): Map<string, string> {
  const ties = parseJson(`${file}: ties`, text);
  const isTies =
    ties !== null &&
    typeof ties === 'object' &&
    !Array.isArray(ties) &&
    Object.values(ties).every((path) => typeof path === 'string');
  if (!isTies) throw new Error(`${file}: ties must be an object of paths`);
  return new Map(Object.entries(ties) as [string, string][]);
}

function readFrozen(file: string, text = '[]'): Set<string> {
  const frozen = parseJson(`${file}: frozen`, text);
  if (!Array.isArray(frozen) || !frozen.every((path) => typeof path === 'string'))
    throw new Error(`${file}: frozen must be a list of paths`);
  return new Set(frozen);
}

/** Throws if config.json is not what was written, or belongs to these weights and says something else: somebody expects that to count. */
function checkConfig(
  name: string,
  text: string,
  weights: Uint8Array,
  { config, metadata }: Record<string, Json | undefined>,
): void {
  const found = parseJson(name, text);
  if (found === null || typeof found !== 'object' || Array.isArray(found))
    throw new Error(`${name} must be a JSON object`);
  const { checksum, ...summary } = found;
  const changed = new Error(
    `${name} is damaged or was edited, while ${weightsName} holds the whole module: undo that, or delete it`,
  );
  if (summary.version !== 1 && checksum !== checksumOfText(JSON.stringify(summary))) throw changed;
  // Of other weights: saving was interrupted between the two files, or somebody is saving now.
  if (JSON.stringify(summary.weights) !== JSON.stringify(identify(weights))) return;
  const belongs =
    JSON.stringify([summary.config, summary.metadata ?? null]) === JSON.stringify([config, metadata ?? null]);
  if (!belongs || summary.format !== format) throw changed;
}
