import { checkOneOf } from '@pushforward/tensor';
import { type AutoregressiveFlowOptions, madeWith } from './maf-iaf.js';
import { maskedAutoregressiveFlow } from './autoregressive-layers.js';
import { checkFlowOptions } from './flow-options.js';
import { Chain } from '../combinators/chain.js';
import { couplingLayers } from './coupling.js';
import {
  RationalQuadraticSplineTransform,
  type RationalQuadraticSplineTransformOptions,
} from '../elementwise/spline/rational-quadratic-spline.js';

/** What {@link nsf} is made of. */
export interface NeuralSplineFlowOptions
  extends
    Omit<AutoregressiveFlowOptions, 'transform' | 'residual'>,
    Pick<RationalQuadraticSplineTransformOptions, 'bins' | 'bound'> {
  /**
   * What a layer's splines depend on. `'autoregressive'`: the dimensions before, by a MADE; densities are one pass a layer.
   * `'coupling'`: one half of the dimensions, by an MLP; both directions are one pass a layer. Default `'autoregressive'`.
   */
  layers?: 'autoregressive' | 'coupling';
}

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
export function nsf(given: NeuralSplineFlowOptions): Chain {
  checkFlowOptions('nsf', given);
  const { layers = 'autoregressive', bins, bound, ...options } = given;
  checkOneOf('nsf: layers', layers, ['autoregressive', 'coupling']);
  const transform = new RationalQuadraticSplineTransform({ bins, bound });
  return layers === 'coupling'
    ? new Chain(couplingLayers('nsf', options, transform), options)
    : maskedAutoregressiveFlow('nsf', { ...options, transform }, madeWith(options));
}
