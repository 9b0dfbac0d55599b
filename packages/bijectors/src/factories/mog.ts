import { madeWith, type MaskedFlowOptions } from './maf-iaf.js';
import { maskedAutoregressiveFlow } from './layers/autoregressive-layers.js';
import { flowOptions } from './layers/flow-layers.js';
import { checkFlowOptions } from './layers/flow-options.js';
import type { Chain } from '../combinators/chain.js';
import { InvertTransform } from '../elementwise/invert.js';
import { MixtureCdfTransform } from '../elementwise/mixture-cdf.js';

/** Options of {@link madeMog}. */
export interface MadeMogOptions extends Omit<MaskedFlowOptions, 'transform' | 'transforms' | 'mixing'> {
  /** K, the number of Gaussians in the mixture of each dimension. Default 10. */
  components?: number;
}

/** Options of {@link mafMog}. */
export interface MafMogOptions extends Omit<MaskedFlowOptions, 'transform'> {
  /** The number of affine layers, besides the layer of mixtures. Default 5. */
  transforms?: number;
  /** K, the number of Gaussians in the mixture of each dimension. Default 10. */
  components?: number;
}

const networkOptions = ['hidden', 'graph', 'residual', 'activation', 'batchNorm', 'components'] as const;

/**
 * MADE MoG: each dimension is a mixture of K Gaussians given those before it, whose weights, means and scales a MADE computes. On a standard
 * normal base its density is that of the mixtures, `log p(x) = Σᵢ log Σₖ πᵢₖ N(xᵢ; μᵢₖ, sᵢₖ)`: as a layer it maps xᵢ to the standard normal quantile of
 * the mixture's cumulative distribution function, the Gaussian {@link MixtureCdfTransform}.
 *
 * `inverse`, and so the density of data, is one parallel pass; `forward` goes dimension by dimension, and solves one equation for each by
 * Newton's method. It starts at the identity.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation"; Papamakarios, Pavlakou & Murray 2017, "Masked
 * autoregressive flow for density estimation", section 4, where MADE MoG has K = 10.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { madeMog } from '@pushforward/bijectors';
 *
 * const flow = madeMog({ dim: 2, components: 4, hidden: [32], seed: 0 });
 * const { value } = flow.inverseAndLogDet(tf.tensor2d([[0.5, -1]]));
 * console.log(Array.from(await value.data(), (z) => z.toFixed(3))); // [ '0.500', '-1.000' ]
 * ```
 */
export function madeMog(given: MadeMogOptions): Chain {
  checkFlowOptions('madeMog', given, ['dim', 'contextDim', 'init', 'checkpoint', 'seed', ...networkOptions]);
  const { components, ...options } = given;
  return maskedAutoregressiveFlow(
    'madeMog',
    { ...options, transforms: 1, transform: gaussianMixture(components) },
    madeWith(options),
  );
}

/**
 * MAF MoG: a {@link maf} on {@link madeMog} in place of the base. The affine layers need not make the data normal, only such that each
 * dimension is a mixture of few Gaussians given those before it.
 *
 * `inverse`, and so the density of data, is one parallel pass a layer; `forward` goes dimension by dimension, in the layer of mixtures with Newton's
 * method. It starts at the identity.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", section 4, as MAF MoG.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { mafMog } from '@pushforward/bijectors';
 *
 * const flow = mafMog({ dim: 2, transforms: 2, components: 4, hidden: [32], seed: 0 });
 * console.log(flow.parts.length); // 3
 * ```
 */
export function mafMog(given: MafMogOptions): Chain {
  checkFlowOptions('mafMog', given, [...flowOptions, ...networkOptions]);
  const { components, transforms = 5, ...options } = given;
  return maskedAutoregressiveFlow(
    'mafMog',
    { ...options, transforms: transforms + 1 },
    madeWith(options),
    gaussianMixture(components),
  );
}

/** Inverted, so that densities, and training by maximum likelihood, have its closed form, and only samples its iterations. */
function gaussianMixture(components = 10): InvertTransform {
  return new InvertTransform(new MixtureCdfTransform({ family: 'gaussian', components }));
}
