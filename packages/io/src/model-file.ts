import { tensor, type Variable } from '@tensorflow/tfjs-core';
import { buildModule, formatShape, type Json, type Module, type ModuleClass } from '@pushforward/tensor';
import { crc32 } from './crc32.js';
import type { StoredDtype, StoredValues } from './element-type.js';
import { quote, quoteAll } from './quote.js';
import { encodeSafetensors, readSafetensors, type StoredTensor } from './safetensors.js';

/** What a saved module may carry along. */
export interface SaveOptions {
  /** JSON of the application's own, as column names or how the training went; loading returns it as `JSON.stringify` wrote it. */
  metadata?: Json;
}

/** A module as it was saved. */
export interface LoadedModule<M extends Module = Module> {
  /** The caller's, to be disposed of. */
  module: M;
  /** What the application saved with it; undefined if nothing. */
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
const version = 1;

/**
 * The files of a module.
 *
 * The file of weights is the whole model: its metadata holds the configuration too. So one file decides, and there is no moment at
 * which two of them have to change together. `config.json` says the same for people to read, and names by checksum the weights that it
 * belongs to; beside other weights it is out of date, and nobody asks it.
 */
export async function writeModel(caller: string, module: Module, options: SaveOptions): Promise<ModelFiles> {
  const config = module.config();
  const { metadata } = options;
  const configText = JSON.stringify(config, (name, value) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${caller}: config must be JSON, got ${value} as ${quote(name)}`);
    return value as unknown;
  });
  const weights = encodeSafetensors(await readVariables(caller, module), {
    format,
    version: String(version),
    config: configText,
    ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
  });
  const summary = { format, version, weights: checksum(weights), config, metadata };
  return { weights, config: `${JSON.stringify(summary, null, 2)}\n` };
}

function checksum(weights: Uint8Array) {
  return { bytes: weights.length, crc32: crc32(weights).toString(16).padStart(8, '0') };
}

const storedDtypes = new Map<string, StoredDtype>([
  ['float32', 'F32'],
  ['int32', 'I32'],
  ['bool', 'BOOL'],
]);

async function readVariables(caller: string, module: Module): Promise<Map<string, StoredTensor>> {
  // Every reading is asked for before the first is awaited: what a training loop does meanwhile does not mix into the file.
  const readings = [...module.variables()].map(async ([path, variable]) => {
    const dtype = storedDtypes.get(variable.dtype);
    if (!dtype) throw new Error(`${caller}: ${quote(path)} must be of ${[...storedDtypes.keys()].join(', ')}, got ${variable.dtype}`);
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
  if (metadata.format !== format) throw new Error(`${file} must be a module saved by ${format}, got other tensors`);
  if (metadata.version !== String(version)) {
    const found = metadata.version === undefined ? 'none' : quote(metadata.version);
    throw new Error(`${file} must be of version ${version}, the only one known here, got ${found}`);
  }
  if (metadata.config === undefined) throw new Error(`${file} must hold a config, got none`);
  const moduleConfig = parse(`${file}: config`, metadata.config);
  const extra = metadata.metadata === undefined ? undefined : parse(`${file}: metadata`, metadata.metadata);
  if (config !== undefined) checkConfig(source, config, weights, { format, version, config: moduleConfig, metadata: extra });

  const module = build<M>(moduleConfig, classes);
  try {
    restore(file, module.variables(), tensors);
  } catch (error) {
    module.dispose();
    throw error;
  }
  return { module, metadata: extra };
}

function parse(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Error(`${name} must be JSON`, { cause: error });
  }
}

/** Throws if config.json belongs to these weights and says something else: somebody edited it and expects that to count. */
function checkConfig(source: string, text: string, weights: Uint8Array, { config, metadata, ...rest }: Record<string, Json | undefined>): void {
  const name = `${source}: ${configName}`;
  const found = parse(name, text);
  if (found === null || typeof found !== 'object' || Array.isArray(found)) throw new Error(`${name} must be a JSON object`);
  const belonging = checksum(weights);
  if (JSON.stringify(found.weights) !== JSON.stringify(belonging)) return;
  if (JSON.stringify(found) !== JSON.stringify({ ...rest, weights: belonging, config, metadata })) {
    throw new Error(`${name} must say what ${weightsName} says, which holds the whole module; it was edited: undo that, or delete it`);
  }
}

/** Builds a module; what was built of one that fails is disposed of. */
function build<M extends Module>(config: Json, classes: readonly ModuleClass[]): M {
  const built: Module[] = [];
  const recording = [...new Set(classes)].map((moduleClass): ModuleClass => ({
    type: moduleClass.type,
    fromConfig: (own, buildChild) => {
      const module = moduleClass.fromConfig(own, buildChild);
      built.push(module);
      return module;
    },
  }));
  try {
    return buildModule<M>(config, recording);
  } catch (error) {
    for (const module of built) module.dispose();
    throw error;
  }
}

/** Assigns to every variable the tensor of its path, after all of them were found to fit. */
function restore(file: string, variables: ReadonlyMap<string, Variable>, tensors: ReadonlyMap<string, StoredTensor>): void {
  const missing = [...variables.keys()].filter((path) => !tensors.has(path));
  if (missing.length > 0) throw new Error(`${file} must hold every variable of the module, got none for ${quoteAll(missing)}`);
  const surplus = [...tensors.keys()].filter((path) => !variables.has(path));
  if (surplus.length > 0) throw new Error(`${file} must hold nothing but variables of the module, got ${quoteAll(surplus)}`);
  for (const [path, variable] of variables) {
    const { dtype, shape } = tensors.get(path)!;
    const expected = `${storedDtypes.get(variable.dtype)} ${formatShape(variable.shape)}`;
    const found = `${dtype} ${formatShape(shape)}`;
    if (found !== expected) throw new Error(`${file}: ${quote(path)} must be ${expected}, got ${found}`);
  }
  for (const [path, variable] of variables) {
    const { shape, values } = tensors.get(path)!;
    const value = tensor(values, [...shape], variable.dtype);
    variable.assign(value);
    value.dispose();
  }
}
