import {
  add,
  div,
  log,
  max,
  min,
  mul,
  neg,
  reshape,
  sigmoid,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  tensor3d,
  tidy,
  unstack,
} from '@tensorflow/tfjs-core';
import {
  checkOptions,
  checkInteger,
  checkNumber,
  logSumExp,
  type ModuleConfig,
  softplus,
  readConfig,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { implicitRoot } from '../numerics/implicit-root.js';
import type { ValueAndDerivative } from '../numerics/increasing-root.js';
import { positive } from '../numerics/positive.js';
import { toRows } from '../numerics/rows.js';

/** Options of {@link SigmoidalTransform}. */
export interface SigmoidalTransformOptions {
  /** K, the number of sigmoids. Default 8. */
  units?: number;
  /** ε, the weight of the identity in the sum and so the smallest derivative, above 0 and below 1. Default 0.001. */
  minDerivative?: number;
}

/**
 * A monotone network with one layer of K sigmoids, a universal increasing map:
 *
 * `y = ε·x + (1 − ε) · logit(Σₖ wₖ · sigmoid(aₖ·x + bₖ))`, with `wₖ` the softmax of raw numbers, `aₖ = softplus(raw + log(e − 1))`, `bₖ = raw · 2k/(K + 1)`
 * for k = 1 … K, and `ε = minDerivative`. The 3K parameters are the raw a, b and w in this order; all 0 is the identity: every unit is then
 * sigmoid(x), and the logit takes it back.
 *
 * With `r¹ₖ` and `r⁰ₖ` the shares of unit k in the mixture and in 1 minus the mixture, `dy/dx = ε + (1 − ε) · Σₖ aₖ·(r¹ₖ·sigmoid(−uₖ) + r⁰ₖ·sigmoid(uₖ))` at
 * `uₖ = aₖ·x + bₖ`: a sum of positive terms. The tails are linear: for large x the unit with the smallest slope decides.
 *
 * The factors 2k/(K + 1) tell the units apart. Without them, all units would have the same gradient at the identity, and an optimizer that
 * normalises gradients, as Adam does, would never part them.
 *
 * The inverse is found by Newton's method with bisections, in at most 32 steps. Each unit alone would make the map a line, and the map lies between the
 * lowest and the highest of these lines, so that the roots of the lines, `(y − (1 − ε)·bₖ)/(ε + (1 − ε)·aₖ)`, bracket the root.
 * Its gradient is that of the implicit function, `∂x/∂y = 1/f′(x)` and `∂x/∂p = −∂f/∂p / f′(x)`, exact and independent of the steps.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 3K]`. **Units**: nats.
 *
 * **Numerics**: mixtures are kept as logarithms: nothing saturates, and value and derivative are finite for |x| and |raw| up to 1e4 at least. The
 * inverse has the smallest residual of 32 places; 17 sufficed for raw parameters of standard deviation 3, 31 for 30. Where the map is flat, rounding of y is
 * magnified by the inverse, `1 / minDerivative`-fold at most. The inverse costs about 30 times the forward direction.
 *
 * Source: Huang et al. 2018, "Neural autoregressive flows", equation 8 (deep sigmoidal flow, one layer); the term ε·x and the factors are ours.
 *
 * @throws Error if `units` is not an integer of at least 1, `minDerivative` not between 0 and 1, or the last axis of the parameters is not 3K
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { SigmoidalTransform } from '@pushforward/bijectors';
 *
 * const transform = new SigmoidalTransform({ units: 2 });
 * // Two units of slope 1 at ∓b: a step at −3, a flat piece around 0, a step at 3.
 * const parameters = tf.tensor1d([0, 0, 4.5, -2.25, 0, 0]);
 * const { value } = transform.forwardAndLogDet(tf.tensor1d([0, 1e4]), parameters);
 * console.log(Array.from(await value.data(), (y) => y.toFixed(2))); // [ '0.00', '9997.69' ]
 * const { value: x } = transform.inverseAndLogDet(value, parameters);
 * console.log(Array.from(await x.data(), (x) => x.toFixed(2))); // [ '0.00', '10000.00' ]
 * ```
 */
export class SigmoidalTransform extends ElementwiseTransform {
  static readonly type: string = 'SigmoidalTransform';
  static override fromConfig(config: ModuleConfig): SigmoidalTransform {
    return new SigmoidalTransform(readConfig(config, { units: 'number', minDerivative: 'number' }));
  }

  readonly parameterCount: number;
  readonly identityParameters: readonly number[];
  readonly units: number;
  readonly minDerivative: number;

  constructor(options: SigmoidalTransformOptions = {}) {
    super();
    checkOptions('SigmoidalTransform', options, ['units', 'minDerivative']);
    const { units = 8, minDerivative = 0.001 } = options;
    checkInteger('SigmoidalTransform: units', units, 1);
    checkNumber('SigmoidalTransform: minDerivative', minDerivative, { above: 0, below: 1 });
    this.units = units;
    this.minDerivative = minDerivative;
    this.parameterCount = 3 * units;
    this.identityParameters = Array.from({ length: this.parameterCount }, () => 0);
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: rows, units } = this.#read(x, parameters);
      const { value, derivative } = evaluate(rows, units, this.minDerivative);
      return { value: reshape(value, x.shape), logDet: reshape(log(derivative), x.shape) };
    });
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: rows, units } = this.#read(y, parameters);
      const value = implicitRoot(
        (x, units) => evaluate(x, units, this.minDerivative),
        (y, units) => bracket(y, units, this.minDerivative),
        rows,
        units,
      );
      // With x as a function of y and the parameters, the tape finds all of the gradient.
      const { derivative } = evaluate(value, units, this.minDerivative);
      return { value: reshape(value, y.shape), logDet: reshape(neg(log(derivative)), y.shape) };
    });
  }

  override config(): ModuleConfig {
    return { type: SigmoidalTransform.type, units: this.units, minDerivative: this.minDerivative };
  }

  #read(x: Tensor, parameters: Tensor): { x: Tensor1D; units: Units } {
    const rows = toRows('SigmoidalTransform', x, parameters, this.parameterCount);
    const { size } = rows.x;
    const table = reshape(rows.parameters, [size, 3, this.units]);
    const [slopes, offsets, weights] = [0, 1, 2].map((i) => slice(table, [0, i, 0], [size, 1, this.units]) as Tensor3D);
    const factors = Array.from({ length: this.units }, (_, k) => (2 * (k + 1)) / (this.units + 1));
    return {
      x: rows.x,
      units: [positive(slopes, 0), mul(offsets, factors), sub(weights, logSumExp(weights, -1, true))],
    };
  }
}

/** The slopes, offsets and log-weights of K units for each of N elements, each `[N, 1, K]`. */
type Units = readonly [slopes: Tensor, offsets: Tensor, logWeights: Tensor];

function evaluate(x: Tensor1D, [slopes, offsets, logWeights]: Units, epsilon: number): ValueAndDerivative {
  const u = add(mul(slopes, reshape(x, [x.size, 1, 1])), offsets);
  // Row 0 stands for the mixture, row 1 for 1 minus it: log sigmoid(u) = −softplus(−u), log(1 − sigmoid(u)) = −softplus(u).
  const signed = mul(u, tensor3d([-1, 1], [1, 2, 1]));
  const logTerms = sub(logWeights, softplus(signed));
  const [logMixture, logRest] = unstack(logSumExp(logTerms, -1), 1);
  const derivative = sum(mul(mul(softmax(logTerms), sigmoid(signed)), slopes), [1, 2]);
  return {
    value: add(mul(x, epsilon), mul(sub(logMixture, logRest), 1 - epsilon)),
    derivative: add(mul(derivative, 1 - epsilon), epsilon) as Tensor1D,
  };
}

/** The map lies between lines, one for each unit: their roots bracket its root. */
function bracket(y: Tensor1D, [slopes, offsets]: Units, epsilon: number): { low: Tensor1D; high: Tensor1D } {
  const roots = div(sub(reshape(y, [y.size, 1, 1]), mul(offsets, 1 - epsilon)), add(mul(slopes, 1 - epsilon), epsilon));
  return { low: min(roots, [1, 2]), high: max(roots, [1, 2]) };
}
