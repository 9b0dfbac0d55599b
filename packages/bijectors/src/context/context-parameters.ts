import { add, reshape, split, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import {
  checkInteger,
  checkIntegers,
  type Json,
  type Key,
  type ModuleConfig,
  readConfig,
  sizeOf,
} from '@pushforward/tensor';
import { Mlp } from '@pushforward/made';

/** Further options of a bijector whose parameters may depend on a context; without one it has no network to give a width to. */
export type ContextOptions =
  | {
      /** C, the width of the context. Default 0: none. */
      contextDim: number;
      /** The widths of the hidden layers of the network that makes parameters of the context. Default `[64]`. */
      hidden?: readonly number[];
    }
  | { contextDim?: undefined; hidden?: undefined };

/**
 * The network by which a context adds to some variables: it gives as many numbers as they have together, at first all 0. None without a context.
 *
 * @param name what errors call the bijector
 */
export function contextNetwork(
  name: string,
  options: ContextOptions,
  variables: readonly Variable[],
  seed: Key,
): Mlp | undefined {
  if (options.contextDim === undefined && options.hidden !== undefined)
    throw new Error(`${name}: hidden must be left out where there is no contextDim`);
  const { contextDim = 0, hidden = [64] } = options;
  checkInteger(`${name}: contextDim`, contextDim, 0);
  checkIntegers(`${name}: hidden`, hidden, 1);
  if (contextDim === 0) return undefined;
  const outputDim = variables.reduce((total, { size }) => total + size, 0);
  return new Mlp({ inputDim: contextDim, hidden, outputDim, init: 'identity', seed });
}

/**
 * Variables as they are under a context: each plus what the network adds to it, `[...contexts, ...shape]`. Without a network they are
 * themselves.
 */
export function underContext(
  variables: readonly Variable[],
  network: Mlp | undefined,
  context: Tensor | undefined,
): readonly Tensor[] {
  if (!network || !context) return variables;
  const added = network.apply(context);
  const contexts = added.shape.slice(0, -1);
  const sizes = variables.map(({ shape }) => sizeOf(shape));
  return split(added, sizes, added.rank - 1).map((part, i) =>
    add(reshape(part, [...contexts, ...variables[i].shape]), variables[i]),
  );
}

/** The network's fields of a configuration; none without a network. */
export function contextConfig(network: Mlp | undefined): Record<string, Json> {
  return network ? { contextDim: network.inputDim, hidden: [...network.hidden] } : {};
}

/** The inverse of {@link contextConfig}. */
export function readContext(config: ModuleConfig): ContextOptions {
  const { contextDim, hidden } = readConfig(config, { contextDim: 'number?', hidden: 'numbers?' });
  return contextDim === undefined ? {} : { contextDim, hidden };
}
