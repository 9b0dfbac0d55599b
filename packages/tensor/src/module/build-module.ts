import { formatValue } from '../arguments/format.js';
import type { BuildModule, Json, ModuleClass, ModuleConfig, ModuleContract } from './contract.js';

/** The largest depth of nested modules: more is no model but an attack on the stack. */
const DEEPEST = 100;

/** An error that says where in a configuration it arose. */
class ConfigError extends Error {}

/**
 * Rebuilds a module from its `config()`, using only the classes that the caller names.
 *
 * @param classes every class that may occur, children included
 * @throws Error, in one line that names the place in `config`, if that names a class that is not among `classes`, or holds what the
 * class was not saved with; or if two classes share a `type`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { buildModule, makeVariable, Module, type ModuleConfig, readConfig } from '@pushforward/tensor';
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
 * const module = buildModule<Scale>({ type: 'Scale', dim: 3 }, [Scale]);
 * console.log(module.scale.shape); // [ 3 ]
 * module.dispose();
 * ```
 */
export function buildModule<M extends ModuleContract = ModuleContract>(
  config: Json,
  classes: readonly ModuleClass[],
): M {
  return buildFrom<M>('buildModule', config, classes);
}

/**
 * {@link buildModule} for a caller of another name.
 *
 * @param source what error messages call the place of the configuration, as `loadModule: flow/weights.safetensors`
 * @param onBuilt is told of every module, of its class, and of the configuration that it was built from
 */
export function buildFrom<M extends ModuleContract>(
  source: string,
  root: Json,
  classes: readonly ModuleClass[],
  onBuilt?: (module: ModuleContract, moduleClass: ModuleClass, config: ModuleConfig) => void,
): M {
  const byType = new Map<string, ModuleClass>();
  for (const moduleClass of classes) {
    // A subclass has a name of its own: those that it inherits are still its parent's.
    const former = Object.hasOwn(moduleClass, 'formerly') ? (moduleClass.formerly?.types ?? []) : [];
    for (const type of [moduleClass.type, ...former]) {
      const other = byType.get(type);
      if (other && other !== moduleClass)
        throw new Error(`${source}: classes has two different classes of type ${formatValue(type)}`);
      byType.set(type, moduleClass);
    }
  }
  let depth = 0;
  const at = (config: Json, error: unknown) => located(error, `${source}: config${placeOf(root, config)}`, config);
  const build: BuildModule = <C extends ModuleContract>(
    config: Json,
    expected?: abstract new (...args: never[]) => C,
  ): C => {
    if (config === null || typeof config !== 'object' || Array.isArray(config) || typeof config.type !== 'string') {
      const error = new Error(`a module must be an object with a type, got ${formatValue(config)}`);
      // A number may stand in many places, and says nothing of which: its holder's place has to do.
      throw typeof config === 'object' && config !== null ? at(config, error) : error;
    }
    const moduleClass = byType.get(config.type);
    if (!moduleClass) {
      const known = [...new Set(classes.map(({ type }) => type))].join(', ') || 'none';
      throw at(config, new Error(`classes must include one of type ${formatValue(config.type)}, got ${known}`));
    }
    if (depth === DEEPEST) throw new Error(`modules must stand at most ${DEEPEST} deep within each other`);
    depth++;
    try {
      const module = moduleClass.fromConfig(config as ModuleConfig, build);
      if (expected && !(module instanceof expected))
        throw new Error(`must be a ${expected.name}, got ${formatValue(config.type)}`);
      onBuilt?.(module, moduleClass, config as ModuleConfig);
      return module as C;
    } catch (error) {
      throw at(config, error);
    } finally {
      depth--;
    }
  };
  try {
    return build<M>(root);
  } catch (error) {
    throw at(root, error);
  }
}

/** An error with the place where it arose. What JavaScript itself says of a wrong type would not help whoever has the file. */
function located(error: unknown, place: string, config: Json): Error {
  if (error instanceof ConfigError) return error;
  const isOwn = error instanceof Error && error.constructor === Error;
  const text = isOwn
    ? error.message.replaceAll(/\s*\n\s*/gu, ' ')
    : `must be what its class was saved with, got ${formatValue(config)}`;
  return new ConfigError(`${place}${isOwn ? ': ' : ' '}${text}`, { cause: error });
}

/** The path of an object within another, such as `.parts.0`; the empty text for the same one. */
function placeOf(root: Json, wanted: Json): string {
  // No recursion: nothing is known yet of how deep the lists in it are.
  const open: [Json, string][] = [[root, '']];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const [value, place] = entry;
    if (value === wanted) return place;
    if (value !== null && typeof value === 'object') {
      for (const [name, child] of Object.entries(value))
        open.push([child, `${place}.${/^[\w-]{1,40}$/u.test(name) ? name : formatValue(name)}`]);
    }
  }
  return '';
}
