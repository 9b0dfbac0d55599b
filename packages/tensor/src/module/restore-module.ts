import type { Variable } from '@tensorflow/tfjs-core';
import { buildFrom } from './build-module.js';
import { formatShape } from '../arguments/check.js';
import { formatValue } from '../arguments/format.js';
import { type PathRule, pathsOfToday } from './former-paths.js';
import type { Json, ModuleClass, ModuleContract } from './contract.js';
import { restoring, type VariableShape } from '../arguments/restoring.js';

/** The state of a module besides its class's configuration and the values of its variables. */
export interface ModuleState {
  /** Further paths of variables that stand at several, each with the path under which `variables()` lists them. */
  readonly ties: ReadonlyMap<string, string>;
  /** The paths of variables that no optimizer may change. */
  readonly frozen: ReadonlySet<string>;
}

/**
 * The state that is saved with a module besides its configuration and its numbers, for {@link restoreModule}.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { Made } from '@pushforward/made';
 * import { moduleState } from '@pushforward/tensor';
 *
 * const made = new Made({ dim: 2, hidden: [], seed: 0 });
 * made.layers[0].weights.trainable = false;
 * console.log([...moduleState(made).frozen]); // [ 'layers.0.weights' ]
 * made.dispose();
 * ```
 */
export function moduleState(module: ModuleContract): ModuleState {
  const paths = new Map([...module.variables()].map(([path, variable]) => [variable, path]));
  const ties = [...module.variablePaths()].flatMap(([path, variable]) => {
    const first = paths.get(variable)!;
    return path === first ? [] : [[path, first] as const];
  });
  const frozen = [...paths].flatMap(([variable, path]) => (variable.trainable ? [] : [path]));
  return { ties: new Map(ties), frozen: new Set(frozen) };
}

/** A saved module. */
export interface KeptModule {
  /** The name of its source in error messages, such as `unpackModule: weights.safetensors`. */
  readonly source: string;
  readonly config: Json;
  /** By path, each once. */
  readonly variables: ReadonlyMap<string, VariableShape>;
  readonly ties: ReadonlyMap<string, string>;
  /** Absent where the configuration alone says what is trainable. */
  readonly frozen?: ReadonlySet<string>;
}

/**
 * Rebuilds a module, under whatever names its classes had when it was saved (see {@link ModuleClass.formerly}). Whatever the configuration asks for, nothing is made but variables of the types and shapes that are kept, and
 * tables that are not much larger.
 *
 * `clone()` is this from one module to another, and the package io is this from a file.
 *
 * @param assign gives a variable the values that are kept for a path
 * @throws Error, in one line, if module and variables do not fit; nothing stays in memory then
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Made, madeModules } from '@pushforward/made';
 * import { moduleState, restoreModule } from '@pushforward/tensor';
 *
 * const made = new Made({ dim: 2, hidden: [], seed: 0 });
 * const kept = { source: 'example', config: made.config(), variables: made.variables(), ...moduleState(made) };
 * const zeros = restoreModule(kept, madeModules, (_, variable) => tf.tidy(() => variable.assign(tf.zeros(variable.shape))));
 * console.log([...zeros.variables().keys()]); // [ 'layers.0.weights', 'layers.0.bias' ]
 * zeros.dispose();
 * ```
 */
export function restoreModule<M extends ModuleContract>(
  kept: KeptModule,
  classes: readonly ModuleClass[],
  assign: (path: string, variable: Variable) => void,
): M {
  const { source, config, variables, ties, frozen } = kept;
  for (const path of ties.values()) {
    if (!variables.has(path))
      throw new Error(`${source} must tie variables that it holds, got no ${formatValue(path)}`);
  }
  const wanted = [...variables.values(), ...Array.from(ties.values(), (path) => variables.get(path)!)];
  return restoring(wanted, JSON.stringify(config).length, () => {
    const rules = new Map<ModuleContract, PathRule>();
    const module = buildFrom<M>(source, config, classes, (part, { formerly }, own) => {
      if (formerly?.path) rules.set(part, (path) => formerly.path!(path, own));
    });
    const today = pathsOfToday(module, rules);
    const renamed = rename(kept, today);
    tie(source, module, renamed.ties);
    const own = module.variablePaths();
    checkFit(source, own, renamed);
    for (const path of variables.keys()) {
      const variable = own.get(today(path))!;
      assign(path, variable);
      if (frozen) variable.trainable = !frozen.has(path);
    }
    return module;
  });
}

/** The saved module under today's paths. */
function rename(kept: KeptModule, today: PathRule): KeptModule {
  const { source, variables, ties, frozen } = kept;
  const renamed = new Map<string, VariableShape>();
  for (const [path, shape] of variables) {
    if (renamed.has(today(path)))
      throw new Error(`${source} must hold every variable once, got another for ${formatValue(path)}`);
    renamed.set(today(path), shape);
  }
  return {
    ...kept,
    variables: renamed,
    ties: new Map([...ties].map(([path, first]) => [today(path), today(first)])),
    frozen: frozen && new Set([...frozen].map(today)),
  };
}

/** Puts one variable at all the paths that are tied, and frees the others. */
function tie(source: string, module: ModuleContract, ties: ReadonlyMap<string, string>): void {
  for (const [path, first] of ties) {
    const paths = module.variablePaths();
    const [replaced, shared] = [paths.get(path), paths.get(first)];
    if (!replaced || !shared)
      throw new Error(`${source} must tie variables of the module, got ${formatValue(path)} and ${formatValue(first)}`);
    if (replaced === shared) continue;
    const names = path.split('.');
    const holder = names.slice(0, -1).reduce((value, name) => value[name] as Holder, module as unknown as Holder);
    holder[names.at(-1)!] = shared;
    if (![...module.variablePaths().values()].includes(replaced)) replaced.dispose();
  }
}

type Holder = { [name: string]: unknown };

function checkFit(
  source: string,
  own: ReadonlyMap<string, Variable>,
  { variables, ties, frozen = new Set() }: KeptModule,
): void {
  const covered = new Set([...variables.keys()].map((path) => own.get(path)));
  const missing = [...own].filter(([, variable]) => !covered.has(variable)).map(([path]) => path);
  if (missing.length > 0)
    throw new Error(`${source} must hold every variable of the module, got none for ${listed(missing)}`);
  const surplus = [...variables.keys()].filter((path) => !own.has(path));
  if (surplus.length > 0)
    throw new Error(`${source} must hold nothing but variables of the module, got ${listed(surplus)}`);
  if (covered.size < variables.size) {
    const twice = [...variables.keys()].filter(
      (path, i, all) => all.findIndex((other) => own.get(other) === own.get(path)) < i,
    );
    throw new Error(`${source} must hold every variable once, got another for ${listed(twice)}`);
  }
  for (const [path, wanted] of variables) {
    const [expected, got] = [own.get(path)!, wanted].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`);
    if (got !== expected) throw new Error(`${source}: ${formatValue(path)} must be ${expected}, got ${got}`);
  }
  for (const [path, first] of ties) {
    if (own.get(path) !== own.get(first))
      throw new Error(`${source} must tie variables that can be, got ${formatValue(path)}`);
  }
  for (const path of frozen) {
    if (!variables.has(path))
      throw new Error(`${source} must freeze variables that it holds, got no ${formatValue(path)}`);
  }
}

/** The first few of many names. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(formatValue).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
