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

/** Further options of a bijector whose parameters may depend on a context. */
export interface ContextOptions {
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** The widths of the hidden layers of the network that makes parameters of the context. Default `[64]`. No effect without a context. */
  hidden?: readonly number[];
}

/**
 * The network by which a context adds to some variables: it gives as many numbers as they have together, at first all 0. None without a context.
 *
 * @param name what errors call the bijector
 */
export function contextNetwork(
  name: string,
  { contextDim = 0, hidden = [64] }: ContextOptions,
  variables: readonly Variable[],
  seed: Key,
): Mlp | undefined {
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
  return readConfig(config, { contextDim: 'number?', hidden: 'numbers?' });
}
