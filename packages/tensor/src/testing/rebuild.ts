import { formatShape } from '../check.js';
import { buildModule, type Json, Module, type ModuleClass } from '../module.js';

/**
 * A second module as saving and loading would give it: rebuilt from the first one's configuration through JSON, with its weights
 * copied path by path.
 *
 * @throws Error if the class lacks a `type` or `fromConfig`, or the rebuilt module has another configuration or other variables
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { Made } from '@pushforward/made';
 * import { rebuild } from '@pushforward/tensor/testing';
 *
 * const made = new Made({ dim: 3, order: { random: 0 } });
 * const copy = rebuild(made);
 * console.log(copy.order.join() === made.order.join(), copy.variables().size === made.variables().size); // true true
 * ```
 */
export function rebuild<M extends Module>(module: M): M {
  const classes = new Set<ModuleClass>();
  collectClasses(module, classes);
  if (!classes.has(module.constructor as unknown as ModuleClass)) throw new Error('the class must have a static type and a static fromConfig');
  const config = JSON.stringify(module.config());
  const copy = buildModule<M>(JSON.parse(config) as Json, [...classes]);
  const again = JSON.stringify(copy.config());
  if (again !== config) throw new Error(`config() must be ${config}, got ${again}`);
  const [expected, found] = [describe(module), describe(copy)];
  if (expected !== found) throw new Error(`variables must be ${expected || 'none'}, got ${found || 'none'}`);
  const variables = copy.variables();
  for (const [path, variable] of module.variables()) variables.get(path)?.assign(variable);
  return copy;
}

function collectClasses(value: unknown, classes: Set<ModuleClass>): void {
  if (value instanceof Module) {
    const moduleClass = value.constructor as unknown as ModuleClass;
    // A child without a type of its own is one that its parent's constructor makes.
    if (typeof moduleClass.type === 'string' && typeof moduleClass.fromConfig === 'function') classes.add(moduleClass);
  } else if (!Array.isArray(value)) return;
  for (const child of Object.values(value as object)) collectClasses(child, classes);
}

function describe(module: Module): string {
  return [...module.variables()]
    .map(([path, { shape, trainable }]) => `${path} ${formatShape(shape)} ${trainable ? 'trainable' : 'fixed'}`)
    .join(', ');
}
