import { formatShape } from '../arguments/check.js';
import type { Json } from '../module/contract.js';
import { classesIn, type Module } from '../module/module.js';
import { moduleState, restoreModule } from '../module/restore-module.js';

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
  const classes = classesIn(module);
  const config = JSON.stringify(module.config());
  const variables = module.variables();
  const kept = { source: 'rebuild', config: JSON.parse(config) as Json, variables, ...moduleState(module) };
  const copy = restoreModule<M>(kept, classes, (path, variable) => variable.assign(variables.get(path)!));
  const again = JSON.stringify(copy.config());
  if (again !== config) throw new Error(`config() must be ${config}, got ${again}`);
  const [expected, found] = [describe(module), describe(copy)];
  if (expected !== found) throw new Error(`variables must be ${expected || 'none'}, got ${found || 'none'}`);
  return copy;
}

function describe(module: Module): string {
  return [...module.variables()]
    .map(([path, { shape, trainable }]) => `${path} ${formatShape(shape)} ${trainable ? 'trainable' : 'fixed'}`)
    .join(', ');
}
