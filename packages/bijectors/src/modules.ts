import { madeModules } from '@pushforward/made';
import type { ModuleClass } from '@pushforward/tensor';
import { Autoregressive } from './autoregressive/autoregressive.js';
import { Chain } from './combinators/chain.js';
import { AttentionConditioner } from './autoregressive/attention/attention-conditioner.js';
import { LstmEncoder } from './autoregressive/lstm/lstm-encoder.js';
import { LstmConditioner } from './autoregressive/lstm/lstm-conditioner.js';
import { Coupling } from './coupling/coupling.js';
import { Exp } from './elementary/exp.js';
import { ImageCoupling } from './images/image-coupling.js';
import { PixelSigmoid } from './images/pixel-sigmoid.js';
import { Squeeze } from './images/squeeze.js';
import { FillTriangular } from './elementary/fill-triangular.js';
import { Partition } from './combinators/partition.js';
import { Power } from './elementary/power.js';
import { Reshape } from './combinators/reshape.js';
import { Scale } from './elementary/scale.js';
import { Shift } from './elementary/shift.js';
import { Sigmoid } from './elementary/sigmoid.js';
import { Simplex } from './elementary/simplex.js';
import { Softplus } from './elementary/softplus.js';
import { Tanh } from './elementary/tanh.js';
import { Elementwise } from './combinators/elementwise.js';
import { EmbedContext } from './combinators/context/embed-context.js';
import { Invert } from './combinators/invert.js';
import { MapContext } from './combinators/context/map-context.js';
import { ActNorm } from './linear/act-norm.js';
import { BatchNorm } from './linear/batch-norm.js';
import { Householder } from './linear/householder.js';
import { LuLinear } from './linear/lu-linear.js';
import { Permute } from './combinators/permute.js';
import { Planar } from './residual/planar.js';
import { Radial } from './residual/radial.js';
import { Sylvester } from './residual/sylvester.js';
import { AffineTransform } from './elementwise/affine/affine.js';
import { CircularSplineTransform } from './elementwise/spline/circular-spline.js';
import { GateTransform } from './elementwise/affine/gate.js';
import { InvertTransform } from './elementwise/invert.js';
import { MixtureCdfTransform } from './elementwise/mixture-cdf.js';
import { RationalQuadraticSplineTransform } from './elementwise/spline/rational-quadratic-spline.js';
import { ResidualTransform } from './elementwise/residual.js';
import { ShiftTransform } from './elementwise/affine/shift.js';
import { SigmoidalTransform } from './elementwise/sigmoidal.js';
import { SigmoidAffineTransform } from './elementwise/affine/sigmoid-affine.js';
import { SoftclipAffineTransform } from './elementwise/affine/softclip-affine.js';
import { SoftclipSplineTransform } from './elementwise/spline/softclip-spline.js';
import { SoftplusAffineTransform } from './elementwise/affine/softplus-affine.js';

/**
 * Every module class that a bijector of this package is made of, those of `madeModules` included, for `buildModule` and for loading a
 * saved model.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { affine, bijectorModules } from '@pushforward/bijectors';
 * import { buildModule } from '@pushforward/tensor';
 *
 * const config = affine({ loc: [0], scale: [2] }).config();
 * console.log(buildModule(config, bijectorModules).config().type); // Elementwise
 * ```
 */
export const bijectorModules: readonly ModuleClass[] = [
  ...madeModules,
  ActNorm,
  AffineTransform,
  AttentionConditioner,
  Autoregressive,
  BatchNorm,
  Chain,
  CircularSplineTransform,
  Coupling,
  Elementwise,
  EmbedContext,
  Exp,
  FillTriangular,
  GateTransform,
  Householder,
  ImageCoupling,
  Invert,
  LstmConditioner,
  LstmEncoder,
  LuLinear,
  MapContext,
  MixtureCdfTransform,
  Partition,
  Permute,
  PixelSigmoid,
  Planar,
  Power,
  Radial,
  Reshape,
  Scale,
  Shift,
  InvertTransform,
  RationalQuadraticSplineTransform,
  ResidualTransform,
  ShiftTransform,
  SigmoidalTransform,
  SigmoidAffineTransform,
  SoftclipAffineTransform,
  SoftclipSplineTransform,
  SoftplusAffineTransform,
  Sigmoid,
  Simplex,
  Softplus,
  Squeeze,
  Sylvester,
  Tanh,
];
