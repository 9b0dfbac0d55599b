import type { Variable } from '@tensorflow/tfjs-core';

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The configuration that rebuilds a {@link Module}: its class's `type`, and the fields that that class's `fromConfig` reads. */
export type ModuleConfig = { type: string } & { [name: string]: Json };

/** Builds a child module from the configuration stored in its parent's; throws if it is not of the class that is asked for. */
export type BuildModule = <M extends ModuleContract = ModuleContract>(
  config: Json,
  expected?: abstract new (...args: never[]) => M,
) => M;

/**
 * The former names of a class and its variables, by which older files are read: its `static formerly`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { type FormerNames, makeVariable, Module, restoreModule } from '@pushforward/tensor';
 *
 * // It was called Multiply, and its variable `weight`.
 * class Scale extends Module {
 *   static readonly type = 'Scale';
 *   static readonly formerly: FormerNames = {
 *     types: ['Multiply'],
 *     path: (path, { type }) => (type === 'Multiply' && path === 'weight' ? 'factor' : path),
 *   };
 *   readonly factor = makeVariable([2], () => tf.ones([2]));
 * }
 *
 * const variables = new Map([['weight', { dtype: 'float32', shape: [2] }]]);
 * const kept = { source: 'example', config: { type: 'Multiply' }, variables, ties: new Map() };
 * const module = restoreModule<Scale>(kept, [Scale], (path, factor) => console.log(path, factor.shape)); // weight [ 2 ]
 * module.dispose();
 * ```
 */
export interface FormerNames {
  /** Names in saved files by which the class went before. A subclass does not inherit them. */
  readonly types?: readonly string[];
  /**
   * The path within the module at which a variable stands today, for the one that a file has. It is asked for every variable of every file,
   * so it returns paths of today as they are.
   *
   * @param config the module's configuration in that file
   */
  readonly path?: (path: string, config: ModuleConfig) => string;
}

/** The constructor side of a {@link Module}: its name in a saved file, and how to rebuild one. */
export interface ModuleClass<M extends ModuleContract = ModuleContract> {
  /** The name in a saved file; unlike `class.name` it survives a minifier. */
  readonly type: string;
  /** The names of the class and its variables in files of earlier versions. Old names of fields in a configuration are left to `readConfig`. */
  readonly formerly?: FormerNames;
  /** Rebuilds the structure; the weights are restored afterwards, path by path. */
  fromConfig(config: ModuleConfig, build: BuildModule): M;
}

/** The part of `Module` that building, saving and copying need; the class is the only implementation. */
export interface ModuleContract {
  config(): ModuleConfig;
  variables(): Map<string, Variable>;
  variablePaths(): Map<string, Variable>;
  modulePaths(): Map<string, ModuleContract>;
  trainableVariables(): Variable[];
  clone(): this;
  dispose(): void;
  [Symbol.dispose](): void;
}
