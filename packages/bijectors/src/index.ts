export { attentionIaf, attentionMaf, type AttentionFlowOptions } from './factories/attention.js';
export { Autoregressive, type Direction } from './autoregressive/autoregressive.js';
export { type AutoregressiveFlowOptions, iaf, maf, type MaskedFlowOptions } from './factories/maf-iaf.js';
export type { AutoregressiveLayersOptions } from './factories/layers/autoregressive-layers.js';
export type { FlowOptions, NormalizedFlowOptions } from './factories/layers/flow-layers.js';
export { Bijector } from './contract/bijector.js';
export { Chain, type ChainOptions } from './combinators/chain.js';
export { AttentionBlock, type AttentionBlockOptions } from './autoregressive/attention/attention-block.js';
export {
  AttentionConditioner,
  type AttentionConditionerOptions,
} from './autoregressive/attention/attention-conditioner.js';
export { LstmEncoder, type LstmEncoderOptions } from './autoregressive/lstm/lstm-encoder.js';
export { LstmConditioner, type LstmConditionerOptions } from './autoregressive/lstm/lstm-conditioner.js';
export {
  SequenceConditioner,
  type SequenceConditionerOptions,
  type SequenceKernels,
} from './autoregressive/sequence/sequence-conditioner.js';
export type { RankInputs, SequenceStart } from './autoregressive/sequence/unroll-recurrence.js';
export type { ContextOptions } from './context/context-parameters.js';
export { Coupling, type CouplingOptions } from './coupling/coupling.js';
export {
  type CouplingFlowOptions,
  glow,
  nice,
  type NiceOptions,
  realNvp,
  type RealNvpOptions,
} from './factories/coupling.js';
export { EmbedContext } from './combinators/context/embed-context.js';
export { flowPlusPlus, type FlowPlusPlusOptions } from './factories/flow-plus-plus.js';
export { madeMog, type MadeMogOptions, mafMog, type MafMogOptions } from './factories/mog.js';
export { Mlp, type MlpOptions, Network, ResidualMlp, type ResidualMlpOptions } from '@pushforward/made';
export { Exp } from './elementary/exp.js';
export { FillTriangular, type FillTriangularOptions } from './elementary/fill-triangular.js';
export { Partition, type PartitionOptions } from './combinators/partition.js';
export { Power } from './elementary/power.js';
export { Reshape, type ReshapeOptions } from './combinators/reshape.js';
export { Scale } from './elementary/scale.js';
export { scalarBijector, type ScalarFormulas } from './elementary/scalar-bijector.js';
export { Shift } from './elementary/shift.js';
export { Sigmoid } from './elementary/sigmoid.js';
export { Simplex, type SimplexOptions } from './elementary/simplex.js';
export { Softplus } from './elementary/softplus.js';
export { Tanh } from './elementary/tanh.js';
export { affine, type AffineOptions, Elementwise, type ElementwiseOptions } from './combinators/elementwise.js';
export { ElementwiseTransform } from './contract/elementwise-transform.js';
export { Invert } from './combinators/invert.js';
export { MapContext } from './combinators/context/map-context.js';
export { ActNorm, type ActNormOptions, initializeActNorm } from './linear/act-norm.js';
export { BatchNorm, type BatchNormOptions, withBatchStatistics } from './linear/batch-norm.js';
export { fitBatchNorm } from './linear/fit-batch-norm.js';
export { fitStandardization } from './linear/fit-standardization.js';
export { Householder, type HouseholderOptions } from './linear/householder.js';
export { LuLinear, type LuLinearOptions } from './linear/lu-linear.js';
export { ImageCoupling, type ImageCouplingOptions } from './images/image-coupling.js';
export { PixelSigmoid, type PixelSigmoidOptions } from './images/pixel-sigmoid.js';
export { Squeeze, type SqueezeOptions } from './images/squeeze.js';
export { lstmIaf, lstmMaf, type LstmFlowOptions } from './factories/lstm.js';
export { bijectorModules } from './modules.js';
export { multiscaleGlow, type MultiscaleGlowOptions } from './factories/multiscale-glow.js';
export { naf, type NeuralAutoregressiveFlowOptions } from './factories/naf.js';
export {
  type AutoregressiveSplineFlowOptions,
  type CouplingSplineFlowOptions,
  nsf,
  type NeuralSplineFlowOptions,
} from './factories/nsf.js';
export { Permute, type PermuteOptions } from './combinators/permute.js';
export { Planar, type PlanarOptions } from './residual/planar.js';
export { Radial, type RadialOptions } from './residual/radial.js';
export { Sylvester, type SylvesterOptions } from './residual/sylvester.js';
export { AffineTransform, type AffineTransformOptions } from './elementwise/affine/affine.js';
export { CircularSplineTransform, type CircularSplineTransformOptions } from './elementwise/spline/circular-spline.js';
export { GateTransform, type GateTransformOptions } from './elementwise/affine/gate.js';
export { InvertTransform } from './elementwise/invert.js';
export {
  RationalQuadraticSplineTransform,
  type RationalQuadraticSplineTransformOptions,
} from './elementwise/spline/rational-quadratic-spline.js';
export { MixtureCdfTransform, type MixtureCdfTransformOptions } from './elementwise/mixture-cdf.js';
export { ResidualTransform } from './elementwise/residual.js';
export { ShiftTransform } from './elementwise/affine/shift.js';
export { SigmoidalTransform, type SigmoidalTransformOptions } from './elementwise/sigmoidal.js';
export { SigmoidAffineTransform, type SigmoidAffineTransformOptions } from './elementwise/affine/sigmoid-affine.js';
export { SoftclipAffineTransform, type SoftclipAffineTransformOptions } from './elementwise/affine/softclip-affine.js';
export { SoftclipSplineTransform, type SoftclipSplineTransformOptions } from './elementwise/spline/softclip-spline.js';
export { SoftplusAffineTransform, type SoftplusAffineTransformOptions } from './elementwise/affine/softplus-affine.js';
export type { SplineOptions } from './elementwise/spline/spline.js';
