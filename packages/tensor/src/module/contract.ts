import type { Variable } from '@tensorflow/tfjs-core';

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What rebuilds a {@link Module}: its class's `type`, and whatever that class's `fromConfig` reads. */
export type ModuleConfig = { type: string } & { [name: string]: Json };

/** Builds a child module from the configuration stored in its parent's; throws if it is not of the class that is asked for. */
export type BuildModule = <M extends ModuleContract = ModuleContract>(
  config: Json,
  expected?: abstract new (...args: never[]) => M,
) => M;

/** The constructor side of a {@link Module}: its name in a saved file, and how to rebuild one. */
export interface ModuleClass<M extends ModuleContract = ModuleContract> {
  /** The name in a saved file; unlike `class.name` it survives a minifier. */
  readonly type: string;
  /** Rebuilds the structure; the weights are restored afterwards, path by path. */
  fromConfig(config: ModuleConfig, build: BuildModule): M;
}

/** What a `Module` is to whoever builds, saves or copies it; the class is the only implementation. */
export interface ModuleContract {
  config(): ModuleConfig;
  variables(): Map<string, Variable>;
  variablePaths(): Map<string, Variable>;
  trainableVariables(): Variable[];
  clone(): this;
  dispose(): void;
  [Symbol.dispose](): void;
}
