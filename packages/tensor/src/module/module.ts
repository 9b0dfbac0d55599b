import { Variable } from '@tensorflow/tfjs-core';
import { registerGradients } from '../autodiff/stock/register-gradients.js';
import type { BuildModule, ModuleClass, ModuleConfig, ModuleContract } from './contract.js';
import { describeConfig } from './describe-config.js';
import { moduleState, restoreModule } from './restore-module.js';
import { rememberMade } from '../arguments/restoring.js';
import { typeOf } from '../arguments/type-of.js';

/**
 * Something that owns `tf.Variable`s and child modules: assign them to public properties (arrays of them included), and the
 * rest is derived.
 *
 * Make variables by {@link makeVariable}, which gives them no name, so that TensorFlow.js numbers them and two modules never clash, and
 * which takes no memory for what a damaged file asks for.
 *
 * One variable, or one module, may stand at several places: what is trained at one is trained at all of them. That, and which variables
 * are trainable, survives saving and {@link clone}.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { makeVariable, Module, type ModuleConfig, readConfig } from '@pushforward/tensor';
 *
 * class Scale extends Module {
 *   static readonly type = 'Scale';
 *   static fromConfig(config: ModuleConfig) {
 *     return new Scale(readConfig(config, { dim: 'number' }).dim);
 *   }
 *   readonly scale: tf.Variable;
 *   constructor(readonly dim: number) {
 *     super();
 *     this.scale = makeVariable([dim], () => tf.ones([dim]));
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
export abstract class Module implements ModuleContract {
  constructor() {
    // Whoever trains without useBackend has gradients all the same.
    registerGradients();
    rememberMade(this);
  }

  /**
   * Rebuilds a module from its {@link config}: by `new this()`. A class whose constructor takes arguments has its own.
   *
   * @throws Error if the constructor takes arguments
   */
  static fromConfig(_config: ModuleConfig, _build: BuildModule): Module {
    checkTakesNothing(this, 'a static fromConfig');
    return new (this as unknown as new () => Module)();
  }

  /**
   * The JSON that rebuilds this module, random masks and orders included, weights excluded: its `type` alone, unless a class says otherwise.
   *
   * @throws Error if the class says nothing and its constructor takes arguments, or it has no `type`
   */
  config(): ModuleConfig {
    const own = this.constructor as unknown as ModuleClass & (new () => Module);
    checkTakesNothing(own, 'a method config');
    if (typeof own.type !== 'string') throw new Error(`${this.constructor.name}: the class must have a static type`);
    using fresh = new own();
    const held = plainValues(this);
    const changed = Object.entries(plainValues(fresh)).find(([name, value]) => value !== held[name]);
    if (changed) throw new Error(`${own.type}: the class must have a method config, which keeps ${changed[0]}`);
    return { type: own.type };
  }

  /** The configuration as an indented text, or the class's name if it has none. */
  toString(): string {
    try {
      return describeConfig(this.config());
    } catch {
      return typeOf(this);
    }
  }

  /** The text that Node's `console.log` prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /**
   * Every variable under its dotted path, as `layers.0.network.weights.1`, in the order of the properties; a variable that is
   * reached twice stands under its first path only.
   */
  variables(): Map<string, Variable> {
    const found = new Map<string, Variable>();
    const seen = new Set<Variable>();
    for (const [path, variable] of this.variablePaths()) {
      if (!seen.has(variable)) found.set(path, variable);
      seen.add(variable);
    }
    return found;
  }

  /** Every variable under every path that leads to it; {@link variables} lists each under the first of them. */
  variablePaths(): Map<string, Variable> {
    const found = new Map<string, Variable>();
    walk(this, '', (value, path) => {
      if (value instanceof Variable) found.set(path, value);
    });
    return found;
  }

  /** This module, under the empty path, and every module in it, under every path that leads to it; holders stand before what they hold. */
  modulePaths(): Map<string, Module> {
    const found = new Map<string, Module>();
    walk(this, '', (value, path) => {
      if (value instanceof Module) found.set(path, value);
    });
    return found;
  }

  /** Those of {@link variables} that an optimizer may change. */
  trainableVariables(): Variable[] {
    return [...this.variables().values()].filter((variable) => variable.trainable);
  }

  /**
   * An independent copy: of the same class, with variables of its own that have the same values, are tied to each other alike, and are
   * trainable where these are. `structuredClone` does not make one: it returns an object without methods and variables.
   *
   * @throws Error if the class has no static `type` and `fromConfig`, or its configuration names one that stands in no public property
   *
   * @example
   * ```ts
   * import '@tensorflow/tfjs';
   * import { Made } from '@pushforward/made';
   *
   * const made = new Made({ dim: 2, hidden: [8], seed: 0 });
   * const copy = made.clone();
   * made.dispose();
   * console.log(copy.layers[0].weights.shape); // [ 2, 8 ]
   * copy.dispose();
   * ```
   */
  clone(): this {
    const variables = this.variables();
    const config = structuredClone(this.config());
    const kept = { source: 'clone', config, variables, ...moduleState(this) };
    return restoreModule(kept, classesIn(this), (path, variable) => variable.assign(variables.get(path)!)) as this;
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

/** Visits whatever a module holds in public properties, modules and variables, as often as paths lead to it. */
function walk(
  value: unknown,
  path: string,
  visit: (value: Module | Variable, path: string) => void,
  within: readonly object[] = [],
): void {
  const isOwner = value instanceof Module || Array.isArray(value);
  // A module that holds itself would have no last path.
  if ((!isOwner && !(value instanceof Variable)) || within.includes(value)) return;
  if (!Array.isArray(value)) visit(value, path);
  if (!isOwner) return;
  for (const [name, child] of Object.entries(value))
    walk(child, path === '' ? name : `${path}.${name}`, visit, [...within, value]);
}

/**
 * The classes of a module and of those that it holds; one without a `type` is left out, as its holder's constructor makes it.
 *
 * @throws Error if the module's own class is such a one
 */
export function classesIn(module: Module): ModuleClass[] {
  const classes = new Set(
    Array.from(module.modulePaths().values(), (part) => part.constructor as unknown as ModuleClass),
  );
  const own = module.constructor as unknown as ModuleClass;
  if (!isModuleClass(own))
    throw new Error(`${module.constructor.name}: the class must have a static type and a static fromConfig`);
  return [...classes].filter(isModuleClass);
}

function isModuleClass({ type, fromConfig }: Partial<ModuleClass>): boolean {
  return typeof type === 'string' && typeof fromConfig === 'function';
}

/** A class that is rebuilt without arguments must have a constructor without arguments. */
function checkTakesNothing(moduleClass: object, what: string): void {
  const { name, length } = moduleClass as { name: string; length: number };
  if (length !== 0) throw new Error(`${name}: the class must have ${what}, because its constructor takes arguments`);
}

/** The fields of a module besides variables and modules, as JSON. */
function plainValues(module: Module): Record<string, string> {
  const isPlain = (value: unknown): boolean =>
    Array.isArray(value) ? value.every(isPlain) : ['number', 'string', 'boolean'].includes(typeof value);
  return Object.fromEntries(
    Object.entries(module).flatMap(([name, value]) => (isPlain(value) ? [[name, JSON.stringify(value)]] : [])),
  );
}
