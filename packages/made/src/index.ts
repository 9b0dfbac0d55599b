export {
  AnyOrderDensity,
  type AnyOrderDensityOptions,
  type AnyOrderLogProbOptions,
} from './density/any-order-density.js';
export { BernoulliMade } from './density/bernoulli-made.js';
export { CategoricalMade, type CategoricalMadeOptions } from './density/categorical-made.js';
export { oneHot } from './density/categorical.js';
export { Conditioner, type Step, type ValueAndLogDet } from './contract/conditioner.js';
export { ConvDecoder, type ConvDecoderOptions } from './convolution/conv-decoder.js';
export { ConvEncoder, type ConvEncoderOptions } from './convolution/conv-encoder.js';
export { PixelCnn, type PixelCnnOptions } from './pixel-cnn/pixel-cnn.js';
export type { ImageShape } from './convolution/image-shape.js';
export { ResidualBlock, type ResidualBlockOptions } from './convolution/residual-block.js';
export { ResNet, type ResNetOptions } from './convolution/res-net.js';
export {
  initializeWeightNorm,
  WeightNormConv2d,
  type WeightNormConv2dOptions,
} from './convolution/weight-norm-conv2d.js';
export { DeepSet, type DeepSetOptions } from './embedding/deep-set.js';
export { type HiddenDegrees, hiddenDegrees } from './masks/degrees.js';
export type { DependencyGraph } from './masks/graph.js';
export { GaussianMade } from './density/gaussian-made.js';
export { Mlp, type MlpOptions } from './mlp/mlp.js';
export { ResidualMlp, type ResidualMlpOptions } from './mlp/residual-mlp.js';
export { Network } from './contract/network.js';
export type { MadeNetwork, NetworkLayer } from './network/network.js';
export { checkInit, type Init, ORTHOGONAL_GAIN } from './network/init.js';
export { Made, type MadeOptions } from './made/made.js';
export { MadeDensity, type MadeDensityOptions, type MadeSampleOptions } from './density/made-density.js';
export { MaskedLinear, type MaskedLinearOptions } from './network/masked-linear.js';
export { connectivity, hiddenMask, type Mask, outputMask } from './masks/masks.js';
export { madeModules } from './modules.js';
export { invertPermutation, type Order, resolveOrder } from './masks/order.js';
