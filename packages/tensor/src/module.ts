import { Variable } from '@tensorflow/tfjs-core';
import { registerGradients } from './register-gradients.js';

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What rebuilds a {@link Module}: its class's `type`, and whatever that class's `fromConfig` reads. */
export type ModuleConfig = { type: string } & { [name: string]: Json };

/** Builds a child module from the configuration stored in its parent's. */
export type BuildModule = <M extends Module = Module>(config: Json) => M;

/** The constructor side of a {@link Module}: its name in a saved file, and how to rebuild one. */
export interface ModuleClass<M extends Module = Module> {
  /** The name in a saved file; unlike `class.name` it survives a minifier. */
  readonly type: string;
  /** Rebuilds the structure; the weights are restored afterwards, path by path. */
  fromConfig(config: ModuleConfig, build: BuildModule): M;
}

/**
 * Something that owns `tf.Variable`s and child modules: assign them to public properties (arrays of them included), and the
 * rest is derived.
 *
 * Variables are created without a name, so that TensorFlow.js numbers them: two modules never clash.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Module, type ModuleConfig } from '@pushforward/tensor';
 *
 * class Scale extends Module {
 *   static readonly type = 'Scale';
 *   static fromConfig(config: ModuleConfig) {
 *     return new Scale(config.dim as number);
 *   }
 *   readonly scale: tf.Variable;
 *   constructor(readonly dim: number) {
 *     super();
 *     this.scale = tf.tidy(() => tf.variable(tf.ones([dim])));
 *   }
 *   config() {
 *     return { type: Scale.type, dim: this.dim };
 *   }
 * }
 *
 * const module = new Scale(3);
 * console.log([...module.variables().keys()]); // ['scale']
 * module.dispose();
 * ```
 */
export abstract class Module {
  constructor() {
    // Whoever trains without useBackend has gradients all the same.
    registerGradients();
  }

  /** The JSON that rebuilds this module, random masks and orders included, weights excluded. */
  abstract config(): ModuleConfig;

  /**
   * Every variable under its dotted path, as `layers.0.network.weights.1`, in the order of the properties; a variable that is
   * reached twice stands under its first path only.
   */
  variables(): Map<string, Variable> {
    const found = new Map<string, Variable>();
    const seen = new Set<object>();
    collect(this, '', found, seen);
    return found;
  }

  /** Those of {@link variables} that an optimizer may change. */
  trainableVariables(): Variable[] {
    return [...this.variables().values()].filter((variable) => variable.trainable);
  }

  /**
   * Frees every variable, through the children's own `dispose`. The module must not be used afterwards.
   *
   * A subclass that owns more than variables and modules, a mask say, overrides this; a module that is held twice is told twice.
   */
  dispose(): void {
    disposeAll(Object.values(this));
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function disposeAll(values: readonly unknown[]): void {
  for (const value of values) {
    if (value instanceof Module) value.dispose();
    else if (value instanceof Variable && !value.isDisposed) value.dispose();
    else if (Array.isArray(value)) disposeAll(value);
  }
}

function collect(value: unknown, path: string, found: Map<string, Variable>, seen: Set<object>): void {
  const isModule = value instanceof Module;
  if (!isModule && !(value instanceof Variable) && !Array.isArray(value)) return;
  if (seen.has(value)) return;
  seen.add(value);
  if (value instanceof Variable) {
    found.set(path, value);
    return;
  }
  for (const [name, child] of Object.entries(value)) {
    collect(child, path === '' ? name : `${path}.${name}`, found, seen);
  }
}

/**
 * Rebuilds a module from its {@link Module.config}, using only the classes that the caller names.
 *
 * @param classes every class that may occur, children included
 * @throws Error if `config` names a class that is not among `classes`, or two classes share a `type`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { buildModule, Module, type ModuleConfig } from '@pushforward/tensor';
 *
 * class Scale extends Module {
 *   static readonly type = 'Scale';
 *   static fromConfig(config: ModuleConfig) {
 *     return new Scale(config.dim as number);
 *   }
 *   readonly scale: tf.Variable;
 *   constructor(readonly dim: number) {
 *     super();
 *     this.scale = tf.tidy(() => tf.variable(tf.ones([dim])));
 *   }
 *   config() {
 *     return { type: Scale.type, dim: this.dim };
 *   }
 * }
 *
 * const module = buildModule<Scale>({ type: 'Scale', dim: 3 }, [Scale]);
 * console.log(module.scale.shape); // [ 3 ]
 * module.dispose();
 * ```
 */
export function buildModule<M extends Module = Module>(config: Json, classes: readonly ModuleClass[]): M {
  const byType = new Map<string, ModuleClass>();
  for (const moduleClass of classes) {
    const other = byType.get(moduleClass.type);
    if (other && other !== moduleClass) throw new Error(`buildModule: classes has two different classes of type '${moduleClass.type}'`);
    byType.set(moduleClass.type, moduleClass);
  }
  const build: BuildModule = <C extends Module>(child: Json): C => {
    if (child === null || typeof child !== 'object' || Array.isArray(child) || typeof child.type !== 'string') {
      throw new Error(`buildModule: config must be an object with a type, got ${JSON.stringify(child)?.slice(0, 80)}`);
    }
    const moduleClass = byType.get(child.type);
    if (!moduleClass) {
      throw new Error(`buildModule: classes must include one of type '${child.type}', got ${[...byType.keys()].join(', ') || 'none'}`);
    }
    return moduleClass.fromConfig(child as ModuleConfig, build) as C;
  };
  return build<M>(config);
}
