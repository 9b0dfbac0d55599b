import type { Key } from '@pushforward/tensor';
import type { Conditioner, Init } from '@pushforward/made';
import { Autoregressive, type Direction } from '../../autoregressive/autoregressive.js';
import { Chain } from '../../combinators/chain.js';
import type { ElementwiseTransform } from '../../contract/elementwise-transform.js';
import { type FlowOptions, flowOptions, flowLayers, type NormalizedFlowOptions } from './flow-layers.js';
import { AffineTransform } from '../../elementwise/affine/affine.js';
import { GateTransform } from '../../elementwise/affine/gate.js';

/** Options of every flow of autoregressive layers. */
export interface AutoregressiveLayersOptions extends FlowOptions {
  /**
   * The map that each layer applies to each dimension. Default: {@link AffineTransform} for the masked flows `maf`, `lstmMaf` and `attentionMaf`,
   * {@link GateTransform} for the inverse ones.
   */
  transform?: ElementwiseTransform;
}

/** The names of {@link AutoregressiveLayersOptions}. */
export const autoregressiveLayersOptions = [...flowOptions, 'transform'] as const;

/** Makes one layer's conditioner from what all kinds of them take. */
export type MakeConditioner = (shared: {
  dim: number;
  parameterCount: number;
  contextDim?: number;
  order: readonly number[];
  init?: Init;
  initialParameters: readonly number[];
  seed: Key;
}) => Conditioner;

/** Layers whose forward direction is parallel, with the gate by default. */
export function inverseAutoregressiveFlow(
  name: string,
  options: AutoregressiveLayersOptions,
  make: MakeConditioner,
): Chain {
  return autoregressiveFlow(name, 'forward', options, options.transform ?? new GateTransform(), make);
}

/**
 * Layers whose inverse direction is parallel, affine by default.
 *
 * @param first the transform of the layer next to the base, if it is another one
 */
export function maskedAutoregressiveFlow(
  name: string,
  options: AutoregressiveLayersOptions & NormalizedFlowOptions,
  make: MakeConditioner,
  first?: ElementwiseTransform,
): Chain {
  return autoregressiveFlow(name, 'inverse', options, options.transform ?? new AffineTransform(), make, first);
}

function autoregressiveFlow(
  name: string,
  direction: Direction,
  { transforms = 5, ...options }: AutoregressiveLayersOptions,
  transform: ElementwiseTransform,
  make: MakeConditioner,
  first = transform,
): Chain {
  const { dim, contextDim: context, init, checkpoint } = options;
  const layers = flowLayers(name, { ...options, transforms }, direction, (order, i, seed) => {
    const own = i === 0 ? first : transform;
    const { parameterCount, identityParameters } = own;
    const conditioner = make({
      dim,
      parameterCount,
      contextDim: context,
      order,
      init,
      initialParameters: identityParameters,
      seed,
    });
    return new Autoregressive(conditioner, own, direction, name);
  });
  return new Chain(layers, { checkpoint });
}
