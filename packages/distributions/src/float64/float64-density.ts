import { Tensor } from '@tensorflow/tfjs-core';
import { checkOptions, formatShape, formatValue, type Module, sizeOf } from '@pushforward/tensor';
import { MadeDensity } from '@pushforward/made';
import { Distribution } from '../contract/distribution.js';
import type { OwnFormulas } from './contract/formulas.js';
import { formulaBuilder } from './formulas.js';

/** A density that is computed in float64 throughout. */
export interface Float64Density {
  /** The number of entries of an event. */
  readonly eventSize: number;
  /** C, the width of the context; 0 where none is taken. */
  readonly contextDim: number;
  /**
   * The log-density of each row, in nats: −∞ outside the support and NaN where x has NaN, as from `Distribution.logProb`.
   *
   * @param x `rows × eventSize` numbers, row by row
   * @param context `rows × C` numbers, or C that hold for all rows
   * @throws Error if x is not made of whole rows, or the context does not fit
   */
  logProb(x: Float64Array, context?: Float64Array): Float64Array;
}

/** Options of {@link float64Density}. */
export interface Float64Options {
  /** Formulas of classes that this package does not have. */
  formulas?: OwnFormulas;
}

/** So many rows are computed at once: the hidden units of more would not fit into a processor's caches. */
const CHUNK = 256;

/**
 * A density in float64: every network, map and sum of a distribution in the 53 bits of JavaScript's own numbers, where TensorFlow.js has 24. The variables are
 * float32 and are taken as they are. It is for scores that are subtracted from each other, far tails, and for finding out how far float32 is off
 * ({@link compareFloat32}); it has no gradients and takes 5 to 50 times as long.
 *
 * It is a function of its own and not an option of `logProb`, because tensors are float32: numbers come and go as `Float64Array`. The variables are read
 * once, when the density is made, so that `logProb` does not wait for the backend; a model that is trained further needs a new one.
 *
 * Known are autoregressive flows over `Made`, coupling flows over `Mlp`, with affine, softplus-affine, gate, shift and spline transforms; linear and elementwise
 * maps, `Chain`, `Invert`, `Partition`, `MapContext`; normal, logistic and uniform bases; `GaussianMade` and `BernoulliMade`. A class of your own takes part by a
 * formula of its own, as below.
 *
 * **Units**: nats.
 *
 * **Numerics**: equal to other libraries in float64 to about 1e-13, times the condition of the flow. Numbers that distributions were given as such keep all of
 * their digits.
 *
 * @throws Error if the distribution has a batch shape, or a part has no formula in float64; the error names its class
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { nsf } from '@pushforward/bijectors';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 * import { float64Density } from '@pushforward/distributions/float64';
 *
 * const flow = new Transformed(new StandardNormal(2), nsf({ dim: 2, hidden: [16], seed: 0 }));
 * const density = await float64Density(flow);
 * console.log(Array.from(density.logProb(Float64Array.of(0, 0, 1, 2)), (own) => own.toFixed(12))); // [ '-1.837877066409', '-4.337877066409' ]
 * ```
 *
 * A transform of one's own, `y = asinh(eᵖ sinh x)`:
 *
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Elementwise, ElementwiseTransform } from '@pushforward/bijectors';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 * import { float64Density, type TransformFormula } from '@pushforward/distributions/float64';
 *
 * class Warp extends ElementwiseTransform {
 *   static readonly type = 'Warp';
 *   readonly parameterCount = 1;
 *   readonly identityParameters = [0];
 *   forwardAndLogDet(x: tf.Tensor, parameters: tf.Tensor) {
 *     return warp(x, tf.squeeze(parameters, [-1]));
 *   }
 *   inverseAndLogDet(y: tf.Tensor, parameters: tf.Tensor) {
 *     return warp(y, tf.neg(tf.squeeze(parameters, [-1])));
 *   }
 * }
 *
 * function warp(x: tf.Tensor, p: tf.Tensor) {
 *   const value = tf.asinh(tf.mul(tf.exp(p), tf.sinh(x)));
 *   return { value, logDet: tf.add(p, tf.log(tf.div(tf.cosh(x), tf.cosh(value)))) };
 * }
 *
 * const step = (sign: number) => (x: number, parameters: Float64Array, at: number) => {
 *   const p = sign * parameters[at];
 *   const value = Math.asinh(Math.exp(p) * Math.sinh(x));
 *   return { value, logDerivative: p + Math.log(Math.cosh(x) / Math.cosh(value)) };
 * };
 * const formula: TransformFormula = { forward: step(1), inverse: step(-1) };
 *
 * const flow = new Transformed(new StandardNormal(1), new Elementwise({ transform: new Warp(), eventShape: [1], parameters: [0.5] }));
 * const density = await float64Density(flow, { formulas: { transforms: [[Warp, () => formula]] } });
 * console.log(density.logProb(Float64Array.of(1))[0].toFixed(12)); // -1.410438000111
 * ```
 */
export async function float64Density(
  density: Distribution | MadeDensity,
  options: Float64Options = {},
): Promise<Float64Density> {
  checkOptions('float64Density', options, ['formulas']);
  const { formulas = {} } = options;
  if (!(density instanceof Distribution || density instanceof MadeDensity))
    throw new Error(`float64Density: density must be a distribution, got ${formatValue(density)}`);
  const batchShape = density instanceof Distribution ? density.batchShape : [];
  if (batchShape.length > 0)
    throw new Error(`float64Density: density must have no batch shape, got ${formatShape(batchShape)}`);
  const eventSize = density instanceof Distribution ? sizeOf(density.eventShape) : density.dim;
  const { contextDim } = density;
  const formula = formulaBuilder(await readNumbers(density), formulas).density(density);
  return {
    eventSize,
    contextDim,
    logProb(x, context) {
      const rows = checkRows(x, eventSize);
      const given = contextOf(context, contextDim, rows);
      const result = new Float64Array(rows);
      for (let start = 0; start < rows; start += CHUNK) {
        const end = Math.min(start + CHUNK, rows);
        const values = x.subarray(start * eventSize, end * eventSize);
        const logProb = formula({
          values,
          count: end - start,
          context: given?.subarray(start * contextDim, end * contextDim),
        });
        result.set(
          logProb.map((own, i) => asLogDensity(own, values, i * eventSize, eventSize)),
          start,
        );
      }
      return result;
    },
  };
}

/** −∞ for what is no density although its event is made of numbers. */
function asLogDensity(logProb: number, values: Float64Array, at: number, size: number): number {
  if (logProb < Infinity) return logProb;
  return values.subarray(at, at + size).some(Number.isNaN) ? NaN : -Infinity;
}

function checkRows(x: Float64Array, eventSize: number): number {
  if (!(x instanceof Float64Array)) throw new Error(`float64Density: x must be a Float64Array, got ${formatValue(x)}`);
  if (x.length % eventSize !== 0)
    throw new Error(`float64Density: x must be rows of ${eventSize} numbers, got ${x.length} numbers`);
  return x.length / eventSize;
}

/** One row of context for each row of x. */
function contextOf(context: Float64Array | undefined, width: number, rows: number): Float64Array | undefined {
  if (width === 0 && context === undefined) return undefined;
  if (!(context instanceof Float64Array) || width === 0)
    throw new Error(
      `float64Density: context must be ${width === 0 ? 'left out' : `a Float64Array of rows of ${width} numbers`}, got ${formatValue(context)}`,
    );
  if (context.length === rows * width) return context;
  if (context.length !== width)
    throw new Error(`float64Density: context must hold ${rows} × ${width} numbers, or ${width}, got ${context.length}`);
  const repeated = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) repeated.set(context, row * width);
  return repeated;
}

/** The numbers of all variables of a module, and of the tensors that its parts hold. */
async function readNumbers(module: Module): Promise<Map<Tensor, Float64Array>> {
  const held = Array.from(module.modulePaths().values(), (part) =>
    Object.values(part).filter((value) => value instanceof Tensor),
  );
  const tensors = new Set<Tensor>([...module.variables().values(), ...held.flat()]);
  const read = Array.from(tensors, async (tensor) => [tensor, Float64Array.from(await tensor.data())] as const);
  return new Map(await Promise.all(read));
}
