import { checkInteger, key, type Key, permutation, type Seed, split } from '@pushforward/tensor';
import type { Conditioner } from '@pushforward/made';
import { Autoregressive, type Direction } from './autoregressive.js';
import { Chain } from './chain.js';
import type { ElementwiseTransform } from './elementwise-transform.js';
import { AffineTransform } from './transforms/affine.js';
import { GateTransform } from './transforms/gate.js';

/** What every flow of autoregressive layers is made of. */
export interface AutoregressiveLayersOptions {
  /** D, the length of the vectors. */
  dim: number;
  /** The number of layers; more of them fit more complicated densities, at a proportional cost. Default 5. */
  transforms?: number;
  /** C, the width of the context that every layer sees. Default 0: none. */
  context?: number;
  /**
   * The order in which a layer's dimensions depend on each other. `'reverse'`: first to last, and last to first in every second layer.
   * `'random'`: the same with a new random order for each such pair. In two layers every dimension has acted on every other one.
   * Default `'reverse'`.
   */
  order?: 'reverse' | 'random';
  /**
   * What each layer applies to each dimension. Default: {@link AffineTransform} for the masked flows `maf`, `lstmMaf` and `attentionMaf`,
   * {@link GateTransform} for the inverse ones.
   */
  transform?: ElementwiseTransform;
  /** An integer or a key for the initial weights and random orders. Default: a fresh key. */
  seed?: Seed;
}

/** Makes one layer's conditioner from what all kinds of them take. */
export type MakeConditioner = (shared: {
  dim: number;
  parameterCount: number;
  context?: number;
  order: readonly number[];
  initialParameters: readonly number[];
  seed: Key;
}) => Conditioner;

/** Layers whose forward direction is parallel, with the gate by default. */
export function inverseAutoregressiveFlow(name: string, options: AutoregressiveLayersOptions, make: MakeConditioner): Chain {
  return autoregressiveFlow(name, 'forward', options, options.transform ?? new GateTransform(), make);
}

/** Layers whose inverse direction is parallel, affine by default. */
export function maskedAutoregressiveFlow(name: string, options: AutoregressiveLayersOptions, make: MakeConditioner): Chain {
  return autoregressiveFlow(name, 'inverse', options, options.transform ?? new AffineTransform(), make);
}

function autoregressiveFlow(
  name: string,
  direction: Direction,
  { dim, transforms = 5, context, order = 'reverse', seed }: AutoregressiveLayersOptions,
  transform: ElementwiseTransform,
  make: MakeConditioner,
): Chain {
  checkInteger(`${name}: dim`, dim, 1);
  checkInteger(`${name}: transforms`, transforms, 1);
  if (order !== 'reverse' && order !== 'random') throw new Error(`${name}: order must be 'reverse' or 'random', got ${String(order)}`);
  const natural = Array.from({ length: dim }, (_, i) => i);
  const [orderKey, weightKey] = split(key(seed), 2);
  const orders = split(orderKey, Math.ceil(transforms / 2)).map((own) => (order === 'random' ? permutation(own, dim) : natural));
  const layers = split(weightKey, transforms).map((own, i) => {
    const ordered = orders[Math.floor(i / 2)];
    const conditioner = make({
      dim,
      parameterCount: transform.parameterCount,
      context,
      order: i % 2 === 0 ? ordered : ordered.toReversed(),
      initialParameters: transform.identityParameters,
      seed: own,
    });
    return new Autoregressive(conditioner, transform, direction, name);
  });
  return new Chain(layers);
}
