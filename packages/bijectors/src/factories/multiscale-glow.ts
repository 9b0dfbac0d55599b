import { tensor1d, tidy, tile } from '@tensorflow/tfjs-core';
import {
  checkInteger,
  checkIntegers,
  checkOptions,
  formatShape,
  key,
  type Key,
  type Seed,
  split,
} from '@pushforward/tensor';
import { ResNet } from '@pushforward/made';
import { Chain, type ChainOptions } from '../combinators/chain.js';
import { Invert } from '../combinators/invert.js';
import { Partition } from '../combinators/partition.js';
import type { Bijector } from '../contract/bijector.js';
import type { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { ImageCoupling } from '../images/image-coupling.js';
import { Squeeze } from '../images/squeeze.js';
import { ActNorm } from '../linear/act-norm.js';
import { LuLinear } from '../linear/lu-linear.js';

/** Options of {@link multiscaleGlow}. */
export interface MultiscaleGlowOptions extends ChainOptions {
  /** Height, width and channels of an image; height and width are multiples of 2 to the power of `levels`. */
  shape: readonly number[];
  /** The number of scales, each of half the height and width of the one before. Default 3. */
  levels?: number;
  /** Steps of flow at each scale. Default 4. */
  transforms?: number;
  /** The channels of each coupling's network. Default 32. */
  channels?: number;
  /** The residual blocks of each coupling's network. Default 2. */
  blocks?: number;
  /** C, the width of the context that every coupling sees. Default 0: none. */
  contextDim?: number;
  /** The map of each number that a coupling transforms. Default: {@link AffineTransform}. */
  transform?: ElementwiseTransform;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * The multiscale flow of Glow, for images. On the way from data to base each scale takes squares of 2 × 2 pixels apart ({@link Squeeze}); then each step is an
 * {@link ActNorm} of every channel, an invertible 1 × 1 convolution ({@link LuLinear} of every pixel) and a coupling of one half of the channels, by a residual network
 * of convolutions. Then half of the channels leaves, under a split prior: a Gaussian whose mean and scale a network computes from the other half, which goes on to the
 * next scale.
 *
 * Both directions are one pass a layer. It starts at the identity; give {@link initializeActNorm} a batch of data before training. What leaves stays in its place, so
 * that x is an image of the size of y.
 *
 * **Shapes**: x and y `[...batch, height, width, channels]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Kingma & Dhariwal 2018, "Glow: generative flow with invertible 1×1 convolutions", figure 2b; Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real
 * NVP", section 3.6.
 *
 * @throws Error if an option is out of range, or height or width cannot be halved so often
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { multiscaleGlow } from '@pushforward/bijectors';
 *
 * const flow = multiscaleGlow({ shape: [4, 4, 1], levels: 2, transforms: 1, channels: 8, seed: 0 });
 * console.log(flow.forward(tf.zeros([10, 4, 4, 1])).shape); // [ 10, 4, 4, 1 ]
 * ```
 */
export function multiscaleGlow(options: MultiscaleGlowOptions): Chain {
  const name = 'multiscaleGlow';
  checkOptions(name, options, [
    'shape',
    'levels',
    'transforms',
    'channels',
    'blocks',
    'contextDim',
    'transform',
    'seed',
    'checkpoint',
  ]);
  const { shape, levels = 3, transforms = 4, channels = 32, blocks = 2, contextDim = 0, checkpoint } = options;
  checkIntegers(`${name}: shape`, shape, 1);
  checkInteger(`${name}: levels`, levels, 1);
  checkInteger(`${name}: transforms`, transforms, 1);
  const unit = 2 ** levels;
  if (shape.length !== 3 || shape[0] % unit !== 0 || shape[1] % unit !== 0) {
    throw new Error(
      `${name}: shape must be [height, width, channels] with a height and a width that ${unit} divides, got ${formatShape(shape)}`,
    );
  }
  const { transform = new AffineTransform() } = options;
  const network = { channels, blocks, contextDim };

  /** A scale and those after it, from base to data. */
  const scale = ([height, width, colours]: readonly number[], left: number, seed: Key): Chain => {
    const [stepsKey, priorKey, restKey] = split(seed, 3);
    const size = [height / 2, width / 2] as const;
    const squeezed = 4 * colours;
    const half = 2 * colours;
    const coupling = (own: Key, by: ElementwiseTransform, transformed: 'first' | 'last') =>
      imageCoupling([...size, half], by, transformed, { ...network, seed: own });
    const steps = split(stepsKey, transforms).flatMap((own, i): Bijector[] => [
      coupling(own, transform, i % 2 === 0 ? 'last' : 'first'),
      new Invert(new LuLinear({ dim: squeezed })),
      new ActNorm({ dim: squeezed }),
    ]);
    const rest =
      left === 1
        ? []
        : [
            new Partition({ bijectors: [scale([...size, half], left - 1, restKey), null], sizes: [half, half] }),
            coupling(priorKey, new AffineTransform(), 'last'),
          ];
    const image = [height, width, colours];
    const squeeze = () => new Squeeze({ shape: image });
    return new Chain([squeeze(), ...rest, ...steps, new Invert(squeeze())], { checkpoint });
  };
  return scale(shape, levels, key(options.seed));
}

/** A coupling of one half of the channels of an image, that starts at the identity. */
function imageCoupling(
  inputShape: readonly number[],
  transform: ElementwiseTransform,
  transformed: 'first' | 'last',
  options: { channels: number; blocks: number; contextDim: number; seed: Key },
): ImageCoupling {
  const half = inputShape[2];
  const outputChannels = half * transform.parameterCount;
  const network = new ResNet({ inputShape, outputChannels, init: 'identity', ...options });
  tidy(() => network.head.bias.assign(tile(tensor1d([...transform.identityParameters]), [half])));
  return new ImageCoupling({ network, transform, transformed });
}
