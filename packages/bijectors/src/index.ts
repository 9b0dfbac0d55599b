export { attentionIaf, attentionMaf, type AttentionFlowOptions } from './attention-flow.js';
export { Autoregressive, type Direction } from './autoregressive.js';
export { type AutoregressiveFlowOptions, iaf, maf } from './autoregressive-flow.js';
export type { AutoregressiveLayersOptions } from './autoregressive-layers.js';
export type { FlowOptions } from './flow-layers.js';
export { Bijector } from './bijector.js';
export { Chain, type ChainOptions } from './chain.js';
export { AttentionBlock, type AttentionBlockOptions } from './conditioners/attention-block.js';
export { AttentionConditioner, type AttentionConditionerOptions } from './conditioners/attention-conditioner.js';
export { LstmConditioner, type LstmConditionerOptions } from './conditioners/lstm-conditioner.js';
export {
  SequenceConditioner,
  type SequenceConditionerOptions,
  type SequenceKernels,
} from './conditioners/sequence-conditioner.js';
export type { RankInputs, SequenceStart } from './conditioners/unroll-recurrence.js';
export { Coupling, type CouplingOptions } from './coupling/coupling.js';
export { type CouplingFlowOptions, glow, nice, type NiceOptions, realNvp } from './coupling/coupling-flow.js';
export { CouplingMlp, type CouplingMlpOptions } from './coupling/coupling-mlp.js';
export { CouplingNetwork } from './coupling/coupling-network.js';
export { Exp } from './elementary/exp.js';
export { FillTriangular, type FillTriangularOptions } from './elementary/fill-triangular.js';
export { Partition, type PartitionOptions } from './elementary/partition.js';
export { Power } from './elementary/power.js';
export { Reshape, type ReshapeOptions } from './elementary/reshape.js';
export { Scale } from './elementary/scale.js';
export { Shift } from './elementary/shift.js';
export { Sigmoid } from './elementary/sigmoid.js';
export { Simplex, type SimplexOptions } from './elementary/simplex.js';
export { Softplus } from './elementary/softplus.js';
export { Tanh } from './elementary/tanh.js';
export { affine, type AffineOptions, Elementwise, type ElementwiseOptions } from './elementwise.js';
export { ElementwiseTransform } from './elementwise-transform.js';
export { Invert } from './invert.js';
export { ActNorm, type ActNormOptions, initializeActNorm } from './linear/act-norm.js';
export { fitStandardization } from './linear/fit-standardization.js';
export { Householder, type HouseholderOptions } from './linear/householder.js';
export { LuLinear, type LuLinearOptions } from './linear/lu-linear.js';
export { lstmIaf, lstmMaf, type LstmFlowOptions } from './lstm-flow.js';
export { bijectorModules } from './modules.js';
export { naf, type NeuralAutoregressiveFlowOptions } from './neural-autoregressive-flow.js';
export { nsf, type NeuralSplineFlowOptions } from './neural-spline-flow.js';
export { Permute, type PermuteOptions } from './permute.js';
export { Planar, type PlanarOptions } from './residual/planar.js';
export { Radial, type RadialOptions } from './residual/radial.js';
export { Sylvester, type SylvesterOptions } from './residual/sylvester.js';
export { AffineTransform, type AffineTransformOptions } from './transforms/affine.js';
export { CircularSplineTransform, type CircularSplineTransformOptions } from './transforms/circular-spline.js';
export { GateTransform, type GateTransformOptions } from './transforms/gate.js';
export { InvertTransform } from './transforms/invert.js';
export {
  RationalQuadraticSplineTransform,
  type RationalQuadraticSplineTransformOptions,
} from './transforms/rational-quadratic-spline.js';
export { ResidualTransform } from './transforms/residual.js';
export { ShiftTransform } from './transforms/shift.js';
export { SigmoidalTransform, type SigmoidalTransformOptions } from './transforms/sigmoidal.js';
export { SoftplusAffineTransform, type SoftplusAffineTransformOptions } from './transforms/softplus-affine.js';
export type { SplineOptions } from './transforms/spline.js';
