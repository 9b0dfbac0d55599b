import type { Activation } from '@pushforward/tensor';
import type { Bijector } from '../contract/bijector.js';
import { checkFlowOptions } from './layers/flow-options.js';
import { Chain } from '../combinators/chain.js';
import { affine } from '../combinators/elementwise.js';
import type { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { type FlowOptions, flowOptions, flowLayers, type NormalizedFlowOptions } from './layers/flow-layers.js';
import { Invert } from '../combinators/invert.js';
import { ActNorm } from '../linear/act-norm.js';
import { LuLinear } from '../linear/lu-linear.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { ShiftTransform } from '../elementwise/affine/shift.js';
import { Coupling } from '../coupling/coupling.js';
import { Mlp } from '@pushforward/made';

/** Options of {@link nice}, and {@link realNvp} but for its transform. Each layer transforms one half of the dimensions, rounded up or down. */
export interface NiceOptions extends FlowOptions {
  /** The widths of the hidden layers of each layer's network. Default `[64, 64]`. */
  hidden?: readonly number[];
  /** The hidden units' nonlinearity. Default `'relu'`. */
  activation?: Activation;
}

/** The names of {@link NiceOptions}. */
export const niceOptions = [...flowOptions, 'hidden', 'activation'] as const;

/** Options of {@link glow}, and of {@link realNvp} but for normalisation. */
export interface CouplingFlowOptions extends NiceOptions {
  /** The map of each dimension that a layer transforms. Default: {@link AffineTransform}. */
  transform?: ElementwiseTransform;
}

/** Options of {@link realNvp}. */
export interface RealNvpOptions extends CouplingFlowOptions, NormalizedFlowOptions {}

/**
 * The flow of NICE: additive coupling layers, which keep volumes, behind one trainable scale and location for each dimension.
 *
 * Both directions are one pass a layer. It starts at the identity.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Dinh, Krueger & Bengio 2015, "NICE: non-linear independent components estimation", sections 3.2 and 3.3; the location is
 * ours.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { nice } from '@pushforward/bijectors';
 *
 * const flow = nice({ dim: 4, transforms: 2, hidden: [32], seed: 0 });
 * const { value, logDet } = flow.forwardAndLogDet(tf.tensor2d([[1, 2, 3, 4]]));
 * console.log(await value.array(), await logDet.array()); // [[1, 2, 3, 4]] [0]
 * ```
 */
export function nice(options: NiceOptions): Chain {
  checkFlowOptions('nice', options, niceOptions);
  const layers = couplingLayers('nice', options, new ShiftTransform());
  const numbers = (value: number) => Array.from({ length: options.dim }, () => value);
  return new Chain([affine({ loc: numbers(0), scale: numbers(1), trainable: true }), ...layers], {
    checkpoint: options.checkpoint,
  });
}

/**
 * A flow of coupling layers, affine ones by default (RealNVP); with a spline as `transform` it is a neural spline flow.
 *
 * Both directions are one pass a layer. With the affine transform it starts at the identity. Where the dimensions are one, the layers
 * have parameters that depend on the context alone.
 *
 * On few rows, affine layers overfit: a row next to those of training may get any scale up to the bound. A tighter one, as
 * `transform: new AffineTransform({ bound: 1 })`, prevents that.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", section 3.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { realNvp } from '@pushforward/bijectors';
 *
 * const flow = realNvp({ dim: 4, transforms: 4, hidden: [32], contextDim: 3, seed: 0 });
 * const { value, logDet } = flow.inverseAndLogDet(tf.randomNormal([10, 4]), tf.ones([10, 3]));
 * console.log(value.shape, logDet.shape); // [ 10, 4 ] [ 10 ]
 * ```
 */
export function realNvp(options: RealNvpOptions): Chain {
  checkFlowOptions('realNvp', options, [...niceOptions, 'transform', 'batchNorm']);
  return new Chain(couplingLayers('realNvp', options, options.transform ?? new AffineTransform()), {
    checkpoint: options.checkpoint,
  });
}

/**
 * The flow of Glow for vectors. On the way from data to base each step is an {@link ActNorm}, an {@link LuLinear} map in the place of
 * the 1×1 convolution, and a coupling layer, affine by default.
 *
 * Both directions are one pass a layer; that from base to data also inverts a D × D matrix a step. It starts at the identity; give
 * {@link initializeActNorm} a batch of data before training. The mixing `'lu'` is `'alternate'` here: the linear maps are there already.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Kingma & Dhariwal 2018, "Glow: generative flow with invertible 1×1 convolutions", figure 2a.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { glow, initializeActNorm } from '@pushforward/bijectors';
 *
 * const flow = glow({ dim: 2, transforms: 3, hidden: [32], seed: 0 });
 * initializeActNorm(flow, tf.tensor2d([[1, 10], [3, 30]]));
 * console.log(await flow.inverse(tf.tensor1d([3, 30])).array()); // about [1, 1]
 * ```
 */
export function glow(options: CouplingFlowOptions): Chain {
  checkFlowOptions('glow', options, [...niceOptions, 'transform']);
  const { dim, mixing } = options;
  // It has linear maps between its layers in any case.
  const layers = couplingLayers(
    'glow',
    { ...options, mixing: mixing === 'lu' ? 'alternate' : mixing },
    options.transform ?? new AffineTransform(),
  );
  return new Chain(
    layers.flatMap((layer) => [layer, new Invert(new LuLinear({ dim })), new ActNorm({ dim })]),
    { checkpoint: options.checkpoint },
  );
}

/** Coupling layers that transform one half of the dimensions and the other in turn, and what the mixing puts between them. */
export function couplingLayers(
  name: string,
  { transforms = 6, ...options }: NiceOptions,
  transform: ElementwiseTransform,
): Bijector[] {
  const { dim, hidden = [64, 64], contextDim: context, init = 'identity', activation } = options;
  const half = Math.floor(dim / 2);
  return flowLayers(name, { ...options, transforms }, 'inverse', (order, i, seed) => {
    // Half of the dimensions condition the others. A single one has no other half to take turns with.
    const transformed = i % 2 === 0 || dim === 1 ? order.slice(half) : order.slice(dim - half);
    const network = new Mlp({
      inputDim: dim - transformed.length,
      outputDim: transformed.length * transform.parameterCount,
      hidden,
      contextDim: context,
      activation,
      init,
      outputBias: transformed.flatMap(() => transform.identityParameters),
      seed,
    });
    return new Coupling({ dim, transformed: transformed.toSorted((a, b) => a - b), network, transform, name });
  });
}
