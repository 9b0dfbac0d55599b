import {
  abs,
  add,
  clipByValue,
  exp,
  greater,
  lessEqual,
  max,
  maximum,
  min,
  mul,
  neg,
  reshape,
  scalar,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  checkOptions,
  checkBoolean,
  checkInteger,
  checkOneOf,
  logSumExp,
  type ModuleConfig,
  readConfig,
  softBound,
  where,
} from '@pushforward/tensor';
import { hasMixtureKernels, type MixtureShape, mixtureQuantile } from '@pushforward/tensor/kernels';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { implicitRoot } from '../numerics/implicit-root.js';
import { toRows } from '../numerics/rows.js';
import { MIXTURE_FAMILIES, type MixtureFamily } from './mixture-family.js';

/** Options of {@link MixtureCdfTransform}. */
export interface MixtureCdfTransformOptions {
  /** Of what distribution the components are, and y where x is of the mixture. Default `'logistic'`. */
  family?: 'logistic' | 'gaussian';
  /** K, the number of components. Default 8. */
  components?: number;
  /** Whether an affine map follows, with two more parameters. Default false. */
  affine?: boolean;
}

/** The largest |log-scale| of a component, in nats. */
const LOG_SCALE_BOUND = 7;

/** That of the affine map, as `AffineTransform` has it. */
const AFFINE_BOUND = 5;

/** The smallest logarithm of a hazard rate by which the inverse divides. */
const FLATTEST = -30;

/** Logarithms beyond are taken for this one. */
const LARGEST = 1e38;

const FAMILIES = Object.keys(MIXTURE_FAMILIES) as (keyof typeof MIXTURE_FAMILIES)[];

/**
 * The cumulative distribution function of a mixture, in the units of one component: with F that of the standard logistic or normal
 * distribution,
 *
 * `y = F⁻¹(Σₖ πₖ · F((x − μₖ) / sₖ))`,
 *
 * so that y is standard logistic or normal exactly where x is of the mixture: `log dy/dx = log Σₖ πₖ f((x − μₖ) / sₖ) / sₖ − log f(y)`. With `affine`,
 * `y · exp(a) + b` follows. For the logistic family `F⁻¹` is the logit, and this is the transform of Flow++.
 *
 * The weights π are the softmax of K logits, `μₖ = raw · 2k/(K + 1)` for k = 1 … K, and `log sₖ = 7 tanh(raw / 7)`. The parameters are the K
 * logits, K raw locations and K raw log-scales in this order, and with `affine` b and then a raw number for `a = 5 tanh(raw / 5)`. All 0 is the
 * identity. The factors 2k/(K + 1) tell the components apart, which would all have the same gradient there.
 *
 * The inverse is found by Newton's method with bisections: in plain operations on the logarithm of the smaller tail in a fixed number of 32 steps, by the
 * kernel of the `wasm` backend on y itself until it is met. Each component alone would make the map a line, and the map lies between the lowest and the highest of these lines, so that their roots `μₖ + sₖ·y`
 * bracket the root. Its gradient is that of the implicit function, `∂x/∂y = 1/f′(x)` and `∂x/∂p = −∂f/∂p / f′(x)`, exact and independent
 * of the steps.
 *
 * The way to the base, which densities take, is the forward one: a layer from base to data wraps it in an `InvertTransform`, as those of `madeMog`
 * and `flowPlusPlus` do.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 3K]`, or `[..., 3K + 2]` with `affine`. **Units**: nats.
 *
 * **Numerics**: the smaller of the mixture's two tails is computed, as a logarithm, and neither saturates: value and log-derivative are within 4 · 10⁻⁶ of
 * float64's, relative or absolute, whichever allows more, hundreds of scales away from every component. Between components that are
 * many scales apart the map is flat, and x is known no better than y's rounding over the slope; the inverse's gradient is bounded
 * there: the density is taken for at least e⁻³⁰ of the tail. The inverse costs about 30 times the forward direction, and by the kernel about five times.
 *
 * Source: Ho et al. 2019, "Flow++: improving flow-based generative models with variational dequantization and architecture design", section
 * 3.2; Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", section 4, for mixtures of
 * Gaussians; the factors are ours.
 *
 * @throws Error if `family` is unknown, `components` is not an integer of at least 1, or the last axis of the parameters has another length
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { MixtureCdfTransform } from '@pushforward/bijectors';
 *
 * const transform = new MixtureCdfTransform({ family: 'gaussian', components: 2 });
 * // Half of the mass at −3 and half at 3, with scale 1: the middle is pulled together.
 * const parameters = tf.tensor1d([0, 0, -4.5, 2.25, 0, 0]);
 * const { value } = transform.forwardAndLogDet(tf.tensor1d([-3, 3]), parameters);
 * console.log(Array.from(await value.data(), (y) => y.toFixed(2))); // [ '-0.67', '0.67' ]
 * ```
 */
export class MixtureCdfTransform extends ElementwiseTransform {
  static readonly type: string = 'MixtureCdfTransform';
  static override fromConfig(config: ModuleConfig): MixtureCdfTransform {
    return new MixtureCdfTransform(readConfig(config, { family: FAMILIES, components: 'number', affine: 'boolean' }));
  }

  readonly parameterCount: number;
  readonly identityParameters: readonly number[];
  readonly family: 'logistic' | 'gaussian';
  readonly components: number;
  readonly affine: boolean;

  constructor(options: MixtureCdfTransformOptions = {}) {
    super();
    checkOptions('MixtureCdfTransform', options, ['family', 'components', 'affine']);
    const { family = 'logistic', components = 8, affine = false } = options;
    checkOneOf('MixtureCdfTransform: family', family, FAMILIES);
    checkInteger('MixtureCdfTransform: components', components, 1);
    checkBoolean('MixtureCdfTransform: affine', affine);
    this.family = family;
    this.components = components;
    this.affine = affine;
    this.parameterCount = 3 * components + (affine ? 2 : 0);
    this.identityParameters = Array.from({ length: this.parameterCount }, () => 0);
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return this.#apply('forward', x, parameters);
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return this.#apply('inverse', y, parameters);
  }

  override config(): ModuleConfig {
    return {
      type: MixtureCdfTransform.type,
      family: this.family,
      components: this.components,
      affine: this.affine,
    };
  }

  #apply(way: 'forward' | 'inverse', input: Tensor, given: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x, parameters } = toRows('MixtureCdfTransform', input, given, this.parameterCount);
      const { value, logDet } = hasMixtureKernels()
        ? mixtureQuantile(this.#shape, way, x, parameters)
        : this.#compose(way, x, parameters);
      return { value: reshape(value, input.shape), logDet: reshape(logDet, input.shape) };
    });
  }

  get #shape(): MixtureShape {
    const { family, components, affine } = this;
    return {
      family,
      components,
      affine,
      logScaleBound: LOG_SCALE_BOUND,
      affineBound: AFFINE_BOUND,
      flattest: FLATTEST,
    };
  }

  /** The same in tf ops. */
  #compose(way: 'forward' | 'inverse', x: Tensor1D, parameters: Tensor2D): ValueAndLogDet {
    const affine = this.#readAffine(parameters);
    const mixture = this.#readMixture(parameters);
    return way === 'forward' ? this.#forward(x, mixture, affine) : this.#inverse(x, mixture, affine);
  }

  #forward(x: Tensor1D, mixture: Mixture, { shift, logScale }: Affine): ValueAndLogDet {
    const { lowerQuantile, logReversedHazard } = this.#formulas;
    const side = this.#smallerSide(x, mixture);
    const { logTail, logHazard } = this.#tail(x, side, mixture);
    const standard = lowerQuantile(logTail);
    const logDerivative = sub(logHazard, logReversedHazard(standard));
    return {
      value: add(mul(mul(standard, side), exp(logScale)), shift),
      logDet: add(logDerivative, logScale),
    };
  }

  #inverse(y: Tensor1D, mixture: Mixture, { shift, logScale }: Affine): ValueAndLogDet {
    const { logCdf, logReversedHazard } = this.#formulas;
    const centred = mul(sub(y, shift), exp(neg(logScale))) as Tensor1D;
    const side = sideOf(lessEqual(centred, 0));
    // At or below 0, as the tail of x needs: the increasing function of x is the logarithm of the lower tail, or minus that of the upper one.
    const standard = within(mul(centred, side), this.#formulas.farthest);
    const value = implicitRoot(
      (x, mixture) => {
        const { logTail, logHazard } = this.#tail(x, side, mixture);
        return {
          value: mul(logTail, side) as Tensor1D,
          derivative: exp(maximum(logHazard, FLATTEST)) as Tensor1D,
        };
      },
      (_, mixture) => bracket(centred, mixture),
      mul(logCdf(standard), side) as Tensor1D,
      mixture,
    );
    // With x as a function of y and the parameters, the tape finds all of the gradient.
    const { logHazard } = this.#tail(value, side, mixture);
    return { value, logDet: sub(sub(logReversedHazard(standard), logHazard), logScale) };
  }

  get #formulas(): MixtureFamily {
    return MIXTURE_FAMILIES[this.family];
  }

  /** 1 where the lower tail of the mixture at x is the smaller one, −1 where the upper one is; about the median either will do. */
  #smallerSide(x: Tensor1D, [logWeights, locations, logScales]: Mixture): Tensor {
    const u = this.#standardized(x, locations, logScales);
    return sideOf(lessEqual(sum(mul(exp(logWeights), this.#formulas.cdf(u)), 1), 0.5));
  }

  /** The logarithms of a mixture's lower tail at x and of its reversed hazard rate, f / F; where the side is −1, those of its mirror image. */
  #tail(
    x: Tensor1D,
    side: Tensor,
    [logWeights, locations, logScales]: Mixture,
  ): { logTail: Tensor; logHazard: Tensor } {
    const column = (values: Tensor) => reshape(values, [x.size, 1]);
    const { logCdf, logReversedHazard } = this.#formulas;
    const u = mul(this.#standardized(x, locations, logScales), column(side));
    const logTerms = within(add(logWeights, logCdf(u)), LARGEST);
    const logTail = logSumExp(logTerms, 1);
    // A mean of the components' hazard rates, with their shares in the tail.
    const logShares = sub(logTerms, column(logTail));
    return { logTail, logHazard: logSumExp(sub(add(logShares, logReversedHazard(u)), logScales), 1) };
  }

  /** x in scales from each component, `[N, K]`. */
  #standardized(x: Tensor1D, locations: Tensor, logScales: Tensor): Tensor {
    const u = mul(sub(reshape(x, [x.size, 1]), locations), exp(neg(logScales)));
    return within(u, this.#formulas.farthest);
  }

  #readMixture(parameters: Tensor2D): Mixture {
    const { components } = this;
    const [logits, locations, logScales] = [0, 1, 2].map((i) =>
      slice(parameters, [0, i * components], [parameters.shape[0], components]),
    );
    const factors = Array.from({ length: components }, (_, k) => (2 * (k + 1)) / (components + 1));
    return [sub(logits, logSumExp(logits, -1, true)), mul(locations, factors), softBound(logScales, LOG_SCALE_BOUND)];
  }

  #readAffine(parameters: Tensor2D): Affine {
    const [size] = parameters.shape;
    const [shift, raw] = [0, 1].map((i) =>
      this.affine ? reshape(slice(parameters, [0, 3 * this.components + i], [size, 1]), [size]) : scalar(0),
    );
    return { shift, logScale: softBound(raw, AFFINE_BOUND) };
  }
}

/** The affine map behind the mixtures: a number for each, or one 0. */
interface Affine {
  readonly shift: Tensor;
  readonly logScale: Tensor;
}

/** The log-weights, locations and log-scales of K components for each of N elements, each `[N, K]`. */
type Mixture = readonly [logWeights: Tensor, locations: Tensor, logScales: Tensor];

/** Numbers bent back to within ±`largest`; to clip them alone would lose NaN on some backends. */
function within(x: Tensor, largest: number): Tensor {
  return where(greater(abs(x), largest), clipByValue(x, -largest, largest), x);
}

function sideOf(isLower: Tensor): Tensor {
  return where(isLower, scalar(1), scalar(-1));
}

/** The map lies between lines, one for each component: their roots bracket its root. */
function bracket(y: Tensor1D, [, locations, logScales]: Mixture): { low: Tensor1D; high: Tensor1D } {
  const roots = add(mul(reshape(y, [y.size, 1]), exp(logScales)), locations);
  return { low: min(roots, 1), high: max(roots, 1) };
}
