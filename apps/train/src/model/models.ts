import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { Distribution, MixedDensity } from '@pushforward/distributions';
import { loadModule } from '@pushforward/io/node';
import { AnyOrderDensity } from '@pushforward/made';
import { type Json, type Module, sizeOf } from '@pushforward/tensor';
import { Vae, vaeModules } from '@pushforward/vae';
import { categoriesOf } from '../columns/kinds/declared-kind.js';
import { UserError } from '../terminal/errors.js';
import {
  type AnyOrderNotes,
  checkDigitsNotes,
  checkAnyOrderNotes,
  checkFlowNotes,
  type DigitsNotes,
  type FlowNotes,
} from './model-notes.js';
import { POSTERIOR_NAMES } from './posteriors.js';

export type { AnyOrderNotes, DigitsNotes, FlowNotes } from './model-notes.js';

/** A density of table rows that answers for any columns given any others. */
export type AnyOrderModel = { directory: string; kind: 'any-order'; module: AnyOrderDensity; notes: AnyOrderNotes };

/** A model of this program: a density of table rows, or an autoencoder of images. */
export type LoadedModel =
  | { directory: string; kind: 'flow'; module: Distribution; notes: FlowNotes }
  | AnyOrderModel
  | { directory: string; kind: 'digits'; module: Vae; notes: DigitsNotes };

/** One of table rows. */
export type FlowModel = Extract<LoadedModel, { kind: 'flow' }>;

/** Where the models stand in the directory of a run. */
const PLACES = ['model', ...POSTERIOR_NAMES];
const WEIGHTS = 'weights.safetensors';

/**
 * Loads a model from its own directory, or from the directory of a run that has just one.
 *
 * @throws UserError if there is none, there are several, or its files are damaged
 */
export async function loadModel(cwd: string, name: string): Promise<LoadedModel> {
  const directory = findModel(cwd, name);
  let loaded: { module: Module; metadata: Json | undefined };
  try {
    loaded = await loadModule(directory, vaeModules);
  } catch (error) {
    throw new UserError(`${name}: ${(error as Error).message}`, { cause: error });
  }
  const { module } = loaded;
  const notes = loaded.metadata;
  const file = path.join(name, path.relative(path.resolve(cwd, name), directory), WEIGHTS);
  try {
    if (typeof notes === 'object' && notes !== null && !Array.isArray(notes)) {
      if (notes.kind === 'flow' && module instanceof Distribution) {
        const columns = sizeOf(module.eventShape);
        const own = checkFlowNotes(file, notes, columns, module.contextDim);
        const mixed = module instanceof MixedDensity ? module : null;
        checkCategories(file, own, columns, mixed?.categories, mixed?.contextCategories);
        return { directory, kind: 'flow', module, notes: own };
      }
      if (notes.kind === 'any-order' && module instanceof AnyOrderDensity) {
        const own = checkAnyOrderNotes(file, notes, module.dim);
        checkCategories(file, own, module.dim, module.categories);
        return { directory, kind: 'any-order', module, notes: own };
      }
      if (notes.kind === 'digits' && module instanceof Vae) {
        return { directory, kind: 'digits', module, notes: checkDigitsNotes(file, notes, module.encoder.dataDim) };
      }
    }
    throw new UserError(`${name}: is a module that another program saved, not a model of this one`);
  } catch (error) {
    module.dispose();
    throw error;
  }
}

/** @throws UserError unless the notes name as many categories of each column as the model has */
function checkCategories(
  name: string,
  { kinds = [], given = [] }: Omit<FlowNotes, 'kind'>,
  columns: number,
  ofColumns?: readonly number[],
  ofContext?: readonly number[],
): void {
  const counts = Array.from({ length: columns }, (_, i) => categoriesOf(kinds[i] ?? null)?.length ?? 0);
  const checks = [
    ['kinds', counts, ofColumns ?? counts.map(() => 0)],
    ['given', given.map(({ categories }) => categories?.length ?? 0), ofContext ?? given.map(() => 0)],
  ] as const;
  for (const [field, found, expected] of checks)
    if (found.join() !== expected.join())
      throw new UserError(
        `${name}: the note "${field}" must name the ${expected.join(', ')} categories of the model's columns, got ${found.join(', ')}`,
      );
}

function findModel(cwd: string, name: string): string {
  const given = path.resolve(cwd, name);
  if (!existsSync(given)) throw new UserError(`${name}: no such directory`);
  if (!statSync(given).isDirectory()) throw new UserError(`${name}: is a file; a model is a directory`);
  if (existsSync(path.join(given, WEIGHTS))) return given;
  const found = PLACES.filter((place) => existsSync(path.join(given, place, WEIGHTS)));
  if (found.length === 0) throw new UserError(`${name}: has no model in it`);
  if (found.length > 1)
    throw new UserError(
      `${name}: has several models: choose ${found.map((place) => path.join(name, place)).join(' or ')}`,
    );
  return path.join(given, found[0]);
}
