import { typeOf } from '@pushforward/tensor/kernels';
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  ActNorm,
  AffineTransform,
  Autoregressive,
  type Bijector,
  Chain,
  CircularSplineTransform,
  Coupling,
  Elementwise,
  type ElementwiseTransform,
  EmbedContext,
  Exp,
  GateTransform,
  Householder,
  Invert,
  InvertTransform,
  LuLinear,
  MapContext,
  Partition,
  Permute,
  Power,
  RationalQuadraticSplineTransform,
  Reshape,
  Scale,
  Shift,
  ShiftTransform,
  Sigmoid,
  SigmoidAffineTransform,
  SoftclipAffineTransform,
  SoftclipSplineTransform,
  Softplus,
  SoftplusAffineTransform,
  Tanh,
} from '@pushforward/bijectors';
import {
  BernoulliMade,
  type Conditioner,
  GaussianMade,
  Made,
  type MadeDensity,
  Mlp,
  type Network,
  ResidualMlp,
} from '@pushforward/made';
import type { Distribution } from '../contract/distribution.js';
import { Independent } from '../composites/independent.js';
import { MultivariateNormalDiag } from '../composites/multivariate-normal-diag.js';
import { MultivariateNormalTriL } from '../composites/multivariate-normal-tril.js';
import { Transformed } from '../composites/transformed.js';
import { Laplace } from '../bases/laplace.js';
import { Logistic } from '../bases/logistic.js';
import { Normal } from '../bases/normal.js';
import { StandardNormal } from '../bases/standard-normal.js';
import { Uniform } from '../bases/uniform.js';
import type {
  BijectorFormula,
  ConditionerFormula,
  DensityFormula,
  FormulaBuilder,
  FormulaOf,
  NetworkFormula,
  OwnFormulas,
  TransformFormula,
} from './contract/formulas.js';
import {
  affineFormula,
  gateFormula,
  invertTransformFormula,
  shiftFormula,
  sigmoidAffineFormula,
  softclipAffineFormula,
  softplusAffineFormula,
} from './parts/affine.js';
import {
  chainFormula,
  embedContextFormula,
  invertFormula,
  mapContextFormula,
  partitionFormula,
  reshapeFormula,
} from './parts/combinators.js';
import { autoregressiveFormula, couplingFormula } from './parts/conditional.js';
import {
  bernoulliMadeFormula,
  gaussianMadeFormula,
  independentFormula,
  laplaceFormula,
  logisticFormula,
  multivariateNormalDiagFormula,
  multivariateNormalTriLFormula,
  normalFormula,
  standardNormalFormula,
  transformedFormula,
  uniformFormula,
} from './parts/densities.js';
import {
  addedFormula,
  elementwiseFormula,
  expFormula,
  powerFormula,
  scaleFormula,
  sigmoidFormula,
  softplusFormula,
  tanhFormula,
} from './parts/elementwise.js';
import { actNormFormula, householderFormula, luLinearFormula, permuteFormula } from './parts/linear.js';
import { madeFormula } from './parts/made.js';
import { mlpFormula, residualMlpFormula } from './parts/mlp.js';
import { circularSplineFormula, softclipSplineFormula, splineFormula } from './parts/spline.js';

const BIJECTORS: readonly FormulaOf<Bijector, BijectorFormula>[] = [
  [ActNorm, actNormFormula],
  [Autoregressive, autoregressiveFormula],
  [Chain, chainFormula],
  [Coupling, couplingFormula],
  [Elementwise, elementwiseFormula],
  [EmbedContext, embedContextFormula],
  [Exp, expFormula],
  [Householder, householderFormula],
  [Invert, invertFormula],
  [LuLinear, luLinearFormula],
  [MapContext, mapContextFormula],
  [Partition, partitionFormula],
  [Permute, permuteFormula],
  [Power, powerFormula],
  [Reshape, reshapeFormula],
  [Scale, scaleFormula],
  [Shift, addedFormula],
  [Sigmoid, sigmoidFormula],
  [Softplus, softplusFormula],
  [Tanh, tanhFormula],
];

const TRANSFORMS: readonly FormulaOf<ElementwiseTransform, TransformFormula>[] = [
  [AffineTransform, affineFormula],
  [CircularSplineTransform, circularSplineFormula],
  [GateTransform, gateFormula],
  [InvertTransform, invertTransformFormula],
  [RationalQuadraticSplineTransform, splineFormula],
  [ShiftTransform, shiftFormula],
  [SigmoidAffineTransform, sigmoidAffineFormula],
  [SoftclipAffineTransform, softclipAffineFormula],
  [SoftclipSplineTransform, softclipSplineFormula],
  [SoftplusAffineTransform, softplusAffineFormula],
];

const CONDITIONERS: readonly FormulaOf<Conditioner, ConditionerFormula>[] = [[Made, madeFormula]];

const NETWORKS: readonly FormulaOf<Network, NetworkFormula>[] = [
  [Mlp, mlpFormula],
  [ResidualMlp, residualMlpFormula],
];

const DENSITIES: readonly FormulaOf<Distribution | MadeDensity, DensityFormula>[] = [
  [BernoulliMade, bernoulliMadeFormula],
  [GaussianMade, gaussianMadeFormula],
  [Independent, independentFormula],
  [Laplace, laplaceFormula],
  [Logistic, logisticFormula],
  [MultivariateNormalDiag, multivariateNormalDiagFormula],
  [MultivariateNormalTriL, multivariateNormalTriLFormula],
  [Normal, normalFormula],
  [StandardNormal, standardNormalFormula],
  [Transformed, transformedFormula],
  [Uniform, uniformFormula],
];

/** Makes formulas of parts by their classes, those of the caller first. */
export function formulaBuilder(numbers: ReadonlyMap<Tensor, Float64Array>, own: OwnFormulas): FormulaBuilder {
  const build: FormulaBuilder = {
    numbers: (tensor) => {
      const values = numbers.get(tensor);
      if (!values)
        throw new Error(
          'float64Density: numbers must be asked of a variable or tensor in a public property of the model',
        );
      return values;
    },
    bijector: by([...(own.bijectors ?? []), ...BIJECTORS]),
    transform: by([...(own.transforms ?? []), ...TRANSFORMS]),
    conditioner: by([...(own.conditioners ?? []), ...CONDITIONERS]),
    network: by([...(own.networks ?? []), ...NETWORKS]),
    density: by([...(own.densities ?? []), ...DENSITIES]),
  };
  return build;

  function by<Part extends object, Formula>(list: readonly FormulaOf<Part, Formula>[]): (part: Part) => Formula {
    return (part) => {
      // By the class itself: of a class that extends another, the formula is not known.
      const found = list.find(([ownClass]) => ownClass === part.constructor);
      if (!found) throw new Error(`float64Density: ${typeOf(part)} has no formula in float64; give it one in formulas`);
      return found[1](part as never, build);
    };
  }
}
