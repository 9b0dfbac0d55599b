import type { ModuleClass } from '@pushforward/tensor';
import { ConvDecoder } from './convolution/conv-decoder.js';
import { ConvEncoder } from './convolution/conv-encoder.js';
import { ResidualBlock } from './convolution/residual-block.js';
import { ResNet } from './convolution/res-net.js';
import { WeightNormConv2d } from './convolution/weight-norm-conv2d.js';
import { AnyOrderDensity } from './density/any-order-density.js';
import { BernoulliMade } from './density/bernoulli-made.js';
import { CategoricalMade } from './density/categorical-made.js';
import { GaussianMade } from './density/gaussian-made.js';
import { DeepSet } from './embedding/deep-set.js';
import { Made } from './made/made.js';
import { MaskedLinear } from './network/masked-linear.js';
import { Mlp } from './mlp/mlp.js';
import { PixelCnn } from './pixel-cnn/pixel-cnn.js';
import { ResidualMlp } from './mlp/residual-mlp.js';

/**
 * Every module class of this package, to rebuild saved ones with.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { Made, madeModules } from '@pushforward/made';
 * import { buildModule } from '@pushforward/tensor';
 *
 * const made = new Made({ dim: 3, order: { random: 0 } });
 * const copy = buildModule<Made>(made.config(), madeModules);
 * console.log(copy.order.join() === made.order.join()); // true
 * ```
 */
export const madeModules: readonly ModuleClass[] = [
  Made,
  MaskedLinear,
  Mlp,
  ResidualMlp,
  AnyOrderDensity,
  BernoulliMade,
  CategoricalMade,
  GaussianMade,
  ConvDecoder,
  ConvEncoder,
  DeepSet,
  PixelCnn,
  ResidualBlock,
  ResNet,
  WeightNormConv2d,
];
