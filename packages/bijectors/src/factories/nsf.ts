import { checkOneOf } from '@pushforward/tensor';
import { type AutoregressiveFlowOptions, madeWith } from './maf-iaf.js';
import { maskedAutoregressiveFlow } from './layers/autoregressive-layers.js';
import { flowOptions } from './layers/flow-layers.js';
import { checkFlowOptions } from './layers/flow-options.js';
import { Chain } from '../combinators/chain.js';
import { couplingLayers, type NiceOptions } from './coupling.js';
import {
  RationalQuadraticSplineTransform,
  type RationalQuadraticSplineTransformOptions,
} from '../elementwise/spline/rational-quadratic-spline.js';

type SplineOptions = Pick<RationalQuadraticSplineTransformOptions, 'bins' | 'bound'>;

/** Options of {@link nsf} with autoregressive layers. */
export interface AutoregressiveSplineFlowOptions
  extends Omit<AutoregressiveFlowOptions, 'transform' | 'residual'>, SplineOptions {
  /** The splines depend on the dimensions before, by a MADE; densities are one pass a layer. The default. */
  layers?: 'autoregressive';
}

/** Options of {@link nsf} with coupling layers. */
export interface CouplingSplineFlowOptions extends NiceOptions, SplineOptions {
  /** The splines depend on one half of the dimensions, by an MLP; both directions are one pass a layer. */
  layers: 'coupling';
}

/** Options of {@link nsf}. */
export type NeuralSplineFlowOptions = AutoregressiveSplineFlowOptions | CouplingSplineFlowOptions;

/**
 * A neural spline flow: masked autoregressive or coupling layers whose transform is a {@link RationalQuadraticSplineTransform}. One layer can give
 * a dimension several modes, where an affine one can only shift and stretch it.
 *
 * It starts at the identity, and stays the identity outside ±bound: standardise the data first.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Durkan et al. 2019, "Neural spline flows", section 3.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { nsf } from '@pushforward/bijectors';
 *
 * const flow = nsf({ dim: 2, transforms: 2, bins: 6, hidden: [32], seed: 0 });
 * const { value } = flow.inverseAndLogDet(tf.tensor2d([[0.5, -1]]));
 * console.log(Array.from(await value.data(), (z) => z.toFixed(3))); // [ '0.500', '-1.000' ]
 * ```
 */
export function nsf(options: NeuralSplineFlowOptions): Chain {
  checkFlowOptions('nsf', options, [...flowOptions, 'hidden', 'activation', 'graph', 'bins', 'bound', 'layers']);
  checkOneOf('nsf: layers', options.layers ?? 'autoregressive', ['autoregressive', 'coupling']);
  const { bins, bound } = options;
  const transform = new RationalQuadraticSplineTransform({ bins, bound });
  if (options.layers !== 'coupling')
    return maskedAutoregressiveFlow('nsf', { ...options, transform }, madeWith(options));
  if ('graph' in options && options.graph !== undefined)
    throw new Error("nsf: graph must be left out where layers is 'coupling', which halves the dimensions");
  return new Chain(couplingLayers('nsf', options, transform), { checkpoint: options.checkpoint });
}
