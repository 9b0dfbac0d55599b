import { checkInteger, checkOneOf, key, type Key, permutation, type Seed, split } from '@pushforward/tensor';
import type { Init } from '@pushforward/made';
import type { Bijector } from '../../contract/bijector.js';
import { Invert } from '../../combinators/invert.js';
import { BatchNorm } from '../../linear/batch-norm.js';
import { LuLinear } from '../../linear/lu-linear.js';

/** Options of every flow. */
export interface FlowOptions {
  /** D, the length of the vectors. */
  dim: number;
  /** The number of layers; more of them fit more complicated densities, at a proportional cost. Default 5, or 6 of coupling layers. */
  transforms?: number;
  /** C, the width of the context that every layer sees. Default 0: none. */
  contextDim?: number;
  /**
   * How the dimensions change roles from layer to layer. `'alternate'`: they depend on each other, or are cut in two, first to last, and
   * last to first in every second layer. `'random'`: the same with a new random order for each such pair. `'lu'`: as `'alternate'`, and
   * between layers an {@link LuLinear} mixes the dimensions; it starts at the identity. In two layers every dimension has acted on every
   * other one. Default `'alternate'`.
   */
  mixing?: 'alternate' | 'random' | 'lu';
  /**
   * Initialization of the output weights of the layers' networks, and of residual blocks in them. `'identity'`: at 0, so that the flow starts at the identity, or as near to it as
   * its transform comes. `'orthogonal'`: as 0.1 times an orthogonal matrix, nearby, so that gradients reach every weight from the
   * first step on. Default `'identity'`.
   */
  init?: Init;
  /**
   * Whether a layer's intermediate results are computed again for the gradient instead of kept: a training step then holds the insides of one
   * layer at a time, and takes about a third longer. Default false.
   */
  checkpoint?: boolean;
  /** An integer or a key for the initial weights and random orders. Default: a fresh key. */
  seed?: Seed;
}

/** The names of {@link FlowOptions}. */
export const flowOptions = ['dim', 'transforms', 'contextDim', 'mixing', 'init', 'checkpoint', 'seed'] as const;

/** Further options of flows that are trained from data to base. */
export interface NormalizedFlowOptions extends FlowOptions {
  /**
   * Whether a {@link BatchNorm} stands at the base's side of every layer. It wants batches in training, and the statistics of all the
   * training data afterwards: `fit` with `maximumLikelihood` sees to both. Default false.
   */
  batchNorm?: boolean;
}

/**
 * A flow's layers, from base to data.
 *
 * @param name what errors call the flow
 * @param parallel the direction to be trained, in which the maps between layers shall be cheap
 * @param make makes one layer
 */
export function flowLayers(
  name: string,
  { dim, transforms, mixing = 'alternate', batchNorm = false, seed }: NormalizedFlowOptions & { transforms: number },
  parallel: 'forward' | 'inverse',
  make: (order: readonly number[], index: number, seed: Key) => Bijector,
): Bijector[] {
  checkInteger(`${name}: dim`, dim, 1);
  checkInteger(`${name}: transforms`, transforms, 1);
  checkOneOf(`${name}: mixing`, mixing, ['alternate', 'random', 'lu']);
  const natural = Array.from({ length: dim }, (_, i) => i);
  const [orderKey, weightKey] = split(key(seed), 2);
  const orders = split(orderKey, Math.ceil(transforms / 2)).map((own) =>
    mixing === 'random' ? permutation(own, dim) : natural,
  );
  const mix = () => (parallel === 'forward' ? new LuLinear({ dim }) : new Invert(new LuLinear({ dim })));
  return split(weightKey, transforms).flatMap((own, i) => {
    const ordered = orders[Math.floor(i / 2)];
    const layer = make(i % 2 === 0 ? ordered : ordered.toReversed(), i, own);
    return [...(mixing === 'lu' && i > 0 ? [mix()] : []), ...(batchNorm ? [new BatchNorm({ dim })] : []), layer];
  });
}
