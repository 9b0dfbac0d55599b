import { Transformed } from '@pushforward/distributions';
import type { Module } from '@pushforward/tensor';
import { isDataSetName } from '../data/data-sets.js';
import { flowNames, type RunSpec } from '../model/recipe.js';
import type { SharedRun } from './protocol.js';

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isPair = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isNumber);

/** What a link says about its model, which anybody may have written. */
export function readShared(module: Module, metadata: unknown): SharedRun {
  const fail = new Error('The link holds a model that this playground did not make.');
  const shared = metadata as SharedRun | null | undefined;
  if (!(module instanceof Transformed) || module.eventShape.join() !== '2') throw fail;
  if (typeof shared !== 'object' || shared === null) throw fail;
  const { settings, contexts, box, names, title, set, step } = shared;
  const isWhole =
    typeof title === 'string' &&
    (set === null || typeof set === 'string') &&
    Array.isArray(names) &&
    Array.isArray(contexts) &&
    isPair(box?.x) &&
    isPair(box?.y) &&
    isNumber(step) &&
    flowNames.includes(settings?.flow) &&
    [settings.depth, settings.width, settings.steps, settings.seed].every(isNumber);
  if (!isWhole || contexts.length !== module.contextDim) throw fail;
  if (!contexts.every(({ loc, scale, from, to }) => [loc, scale, from, to].every(isNumber))) throw fail;
  return shared;
}

/** What was trained on what, where a link tells: of rows of somebody's own it does not. */
export function specOf({ set, settings }: SharedRun): RunSpec | undefined {
  return set !== null && isDataSetName(set) ? { source: { kind: 'set', name: set }, settings } : undefined;
}
