import { type AutoregressiveFlowOptions, madeWith } from './maf-iaf.js';
import { maskedAutoregressiveFlow } from './layers/autoregressive-layers.js';
import { flowOptions } from './layers/flow-layers.js';
import { checkFlowOptions } from './layers/flow-options.js';
import type { Chain } from '../combinators/chain.js';
import { InvertTransform } from '../elementwise/invert.js';
import { SigmoidalTransform, type SigmoidalTransformOptions } from '../elementwise/sigmoidal.js';

/** Options of {@link naf}. */
export interface NeuralAutoregressiveFlowOptions
  extends Omit<AutoregressiveFlowOptions, 'transform'>, Pick<SigmoidalTransformOptions, 'units'> {}

/**
 * A neural autoregressive flow: masked autoregressive layers whose transform is a monotone network, the deep sigmoidal
 * {@link SigmoidalTransform}, with weights that a MADE computes from the dimensions before.
 *
 * `inverse`, and so the density of data, is one parallel pass a layer; `forward` goes dimension by dimension, and solves one equation for
 * each by Newton's method. It starts at the identity.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Huang et al. 2018, "Neural autoregressive flows", section 3.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { naf } from '@pushforward/bijectors';
 *
 * const flow = naf({ dim: 2, transforms: 2, units: 4, hidden: [32], seed: 0 });
 * const { value } = flow.inverseAndLogDet(tf.tensor2d([[0.5, -1]]));
 * console.log(Array.from(await value.data(), (z) => z.toFixed(3))); // [ '0.500', '-1.000' ]
 * ```
 */
export function naf(given: NeuralAutoregressiveFlowOptions): Chain {
  checkFlowOptions('naf', given, [...flowOptions, 'hidden', 'graph', 'residual', 'activation', 'units']);
  const { units, ...options } = given;
  // Inverted, so that densities, and training by maximum likelihood, have the network's closed form, and only samples its iterations.
  const transform = new InvertTransform(new SigmoidalTransform({ units }));
  return maskedAutoregressiveFlow('naf', { ...options, transform }, madeWith(options));
}
