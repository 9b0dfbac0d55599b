import { Chain } from '../combinators/chain.js';
import { couplingLayers, type NiceOptions, niceOptions } from './coupling.js';
import { checkFlowOptions } from './layers/flow-options.js';
import { InvertTransform } from '../elementwise/invert.js';
import { MixtureCdfTransform } from '../elementwise/mixture-cdf.js';

/** Options of {@link flowPlusPlus}. */
export interface FlowPlusPlusOptions extends NiceOptions {
  /** K, the number of logistic distributions in the mixture of each dimension. Default 8; the paper has 32 for images. */
  components?: number;
}

/**
 * A flow of Flow++'s coupling layers: on the way from data to base each transformed dimension goes through the cumulative distribution function
 * of a mixture of logistics, the logit and an affine map, `logit(Σₖ πₖ σ((x − μₖ) / sₖ)) · exp(a) + b`, the logistic
 * {@link MixtureCdfTransform}, all of it computed from the other half. One layer can give a dimension several modes, where an affine one can only
 * shift and stretch it, and unlike a spline it does so at any distance from 0.
 *
 * Densities are one pass a layer; samples too, but solve one equation for each dimension by Newton's method. It starts at the identity.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Ho et al. 2019, "Flow++: improving flow-based generative models with variational dequantization and architecture design", section
 * 3.2; its networks, of convolutions and attention over images, are an MLP here.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { flowPlusPlus } from '@pushforward/bijectors';
 *
 * const flow = flowPlusPlus({ dim: 4, transforms: 2, components: 4, hidden: [32], seed: 0 });
 * const { value } = flow.inverseAndLogDet(tf.tensor2d([[1, 2, 3, 4]]));
 * console.log(Array.from(await value.data(), (z) => z.toFixed(3))); // [ '1.000', '2.000', '3.000', '4.000' ]
 * ```
 */
export function flowPlusPlus(given: FlowPlusPlusOptions): Chain {
  checkFlowOptions('flowPlusPlus', given, [...niceOptions, 'components']);
  const { components, ...options } = given;
  const transform = new InvertTransform(new MixtureCdfTransform({ family: 'logistic', components, affine: true }));
  return new Chain(couplingLayers('flowPlusPlus', options, transform), { checkpoint: options.checkpoint });
}
