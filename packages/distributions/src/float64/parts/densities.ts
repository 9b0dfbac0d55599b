import { Tensor } from '@tensorflow/tfjs-core';
import type { BernoulliMade, GaussianMade } from '@pushforward/made';
import type { Independent } from '../../composites/independent.js';
import type { MultivariateNormalDiag } from '../../composites/multivariate-normal-diag.js';
import type { MultivariateNormalTriL } from '../../composites/multivariate-normal-tril.js';
import type { Transformed } from '../../composites/transformed.js';
import type { Laplace } from '../../bases/laplace.js';
import type { Logistic } from '../../bases/logistic.js';
import type { Normal } from '../../bases/normal.js';
import type { Uniform } from '../../bases/uniform.js';
import { type Parameter, shapeOf } from '../../contract/parameter.js';
import type { DensityFormula, FormulaBuilder } from '../contract/formulas.js';
import { HALF_LOG_TWO_PI, softplus } from '../contract/math.js';

/** The sum over all numbers of each event of what a formula gives for one. */
function sumOverEvents(ofNumber: (x: number, place: number) => number): DensityFormula {
  return ({ values, count }) => {
    const size = values.length / count;
    const sums = new Float64Array(count);
    for (let i = 0; i < values.length; i++) sums[Math.floor(i / size)] += ofNumber(values[i], i % size);
    return sums;
  };
}

/** A parameter at each place of a batch shape that it broadcasts to; numbers that were given as such keep all of their digits. */
function broadcast(parameter: Parameter, batch: readonly number[], build: FormulaBuilder): (place: number) => number {
  const values =
    parameter instanceof Tensor ? build.numbers(parameter) : ([parameter] as unknown[]).flat(Infinity).map(Number);
  const shape = shapeOf(parameter);
  return (place) => {
    let [rest, index, stride] = [place, 0, 1];
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      const own = shape[axis - batch.length + shape.length] ?? 1;
      if (own > 1) index += (rest % batch[axis]) * stride;
      stride *= own;
      rest = Math.floor(rest / batch[axis]);
    }
    return values[index];
  };
}

/** `−½ z² − ½ log 2π − log scale`. */
function normalLogProb(standard: number, logScale: number): number {
  return -0.5 * standard * standard - HALF_LOG_TWO_PI - logScale;
}

/** The standard normal distribution. */
export function standardNormalFormula(): DensityFormula {
  return sumOverEvents((x) => normalLogProb(x, 0));
}

/** A normal distribution, or several. */
export function normalFormula(normal: Normal, build: FormulaBuilder): DensityFormula {
  const [loc, scale] = [normal.loc, normal.scale].map((own) => broadcast(own, normal.batchShape, build));
  return sumOverEvents((x, place) => normalLogProb((x - loc(place)) / scale(place), Math.log(scale(place))));
}

/** A normal distribution of vectors with independent entries. */
export function multivariateNormalDiagFormula(
  { loc, scaleDiag, batchShape, eventShape }: MultivariateNormalDiag,
  build: FormulaBuilder,
): DensityFormula {
  const [location, scale] = [loc, scaleDiag].map((own) => broadcast(own, [...batchShape, ...eventShape], build));
  return sumOverEvents((x, place) => normalLogProb((x - location(place)) / scale(place), Math.log(scale(place))));
}

/** A logistic distribution, or several. */
export function logisticFormula(logistic: Logistic, build: FormulaBuilder): DensityFormula {
  const [loc, scale] = [logistic.loc, logistic.scale].map((own) => broadcast(own, logistic.batchShape, build));
  return sumOverEvents((x, place) => {
    const distance = Math.abs((x - loc(place)) / scale(place));
    return -distance - Math.log(scale(place)) - 2 * softplus(-distance);
  });
}

/** A Laplace distribution, or several. */
export function laplaceFormula(laplace: Laplace, build: FormulaBuilder): DensityFormula {
  const [loc, scale] = [laplace.loc, laplace.scale].map((own) => broadcast(own, laplace.batchShape, build));
  return sumOverEvents((x, place) => -Math.abs((x - loc(place)) / scale(place)) - Math.log(2 * scale(place)));
}

/** A normal distribution of vectors `loc + L·z`: z by forward substitution. */
export function multivariateNormalTriLFormula(
  { loc, scaleTril, batchShape, eventShape: [dim] }: MultivariateNormalTriL,
  build: FormulaBuilder,
): DensityFormula {
  const location = broadcast(loc, [...batchShape, dim], build);
  const scale = broadcast(scaleTril, [...batchShape, dim, dim], build);
  // Of the vector that is gone through: its numbers come one after the other.
  const standard = new Float64Array(dim);
  return sumOverEvents((x, place) => {
    const [vector, i] = [Math.floor(place / dim), place % dim];
    const entry = (j: number) => scale((vector * dim + i) * dim + j);
    let rest = x - location(place);
    for (let j = 0; j < i; j++) rest -= entry(j) * standard[j];
    standard[i] = rest / entry(i);
    return normalLogProb(standard[i], Math.log(Math.abs(entry(i))));
  });
}

/** A uniform distribution, or several; a number that is not one stays so. */
export function uniformFormula(uniform: Uniform, build: FormulaBuilder): DensityFormula {
  const [low, high] = [uniform.low, uniform.high].map((own) => broadcast(own, uniform.batchShape, build));
  return sumOverEvents((x, place) => {
    if (x < low(place) || x > high(place)) return -Infinity;
    return x - x - Math.log(high(place) - low(place));
  });
}

/** Batch axes as event axes: the sum is taken over them all the same. */
export function independentFormula({ base }: Independent, build: FormulaBuilder): DensityFormula {
  return build.density(base);
}

/** `log p_base(f⁻¹(y)) + log |det ∂f⁻¹/∂y|`. */
export function transformedFormula({ base, bijector }: Transformed, build: FormulaBuilder): DensityFormula {
  const logProb = build.density(base);
  const { inverse } = build.bijector(bijector);
  return (events) => {
    const { values, logDet } = inverse(events);
    return logProb({ ...events, values }).map((own, i) => own + logDet[i]);
  };
}

/** A normal distribution of each number given those before it, with its log-scale bent towards ±7. */
export function gaussianMadeFormula({ made }: GaussianMade, build: FormulaBuilder): DensityFormula {
  return ofMade(made, build, (x, parameters, at) => {
    const logScale = 7 * Math.tanh(parameters[at + 1] / 7);
    return normalLogProb((x - parameters[at]) * Math.exp(-logScale), logScale);
  });
}

/** A coin for each number given those before it: 1 has the log-probability `−log(1 + e⁻ˡ)`, 0 has `−log(1 + eˡ)`. */
export function bernoulliMadeFormula({ made }: BernoulliMade, build: FormulaBuilder): DensityFormula {
  return ofMade(made, build, (x, parameters, at) => {
    if (x === 1) return -softplus(-parameters[at]);
    return x === 0 ? -softplus(parameters[at]) : -Infinity;
  });
}

function ofMade(
  made: GaussianMade['made'],
  build: FormulaBuilder,
  logProb: (x: number, parameters: Float64Array, at: number) => number,
): DensityFormula {
  const network = build.conditioner(made);
  return (events) => {
    const pass = network.begin(events.values, events.count, events.context);
    pass.advance(0, network.ranks.length);
    const ofNumbers = events.values.map((x, i) => logProb(x, pass.parameters, i * made.parameterCount));
    return sumOverEvents((value) => value)({ values: ofNumbers, count: events.count });
  };
}
