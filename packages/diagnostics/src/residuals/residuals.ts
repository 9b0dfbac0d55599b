import { div, mul, reshape, sub, type Tensor } from '@tensorflow/tfjs-core';
import {
  type Distribution,
  Independent,
  Logistic,
  MultivariateNormalDiag,
  Normal,
  StandardNormal,
  Transformed,
  Uniform,
} from '@pushforward/distributions';
import { checkOptions, checkEvent, checkTensor, sizeOf } from '@pushforward/tensor';
import { typeOf } from '@pushforward/tensor/kernels';
import type { Matrix } from '../arrays/matrix.js';
import { readOnce } from '../arrays/read-once.js';
import { normalCdf, normalQuantile } from '../numerics/normal.js';

/** The image of the data under the inverse of a model. */
export interface Residuals {
  /** `[N, D]`: independent standard normal numbers exactly when the density is right. */
  z: Matrix;
  /** `[N, D]`: Φ(z), independent and uniform on (0, 1) exactly when the density is right. */
  u: Matrix;
}

/**
 * Whether {@link residuals} knows the distribution function of the model's base.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { hasResiduals } from '@pushforward/diagnostics';
 * import { Bernoulli, StandardNormal } from '@pushforward/distributions';
 *
 * console.log(hasResiduals(new StandardNormal(2)), hasResiduals(new Bernoulli({ logits: 0 }))); // true false
 * ```
 */
export function hasResiduals(model: Distribution): boolean {
  return standardise(model) !== undefined;
}

/**
 * The data pulled back through a model: `z = f⁻¹(x)` for a flow over a standard normal base, and `u = F(f⁻¹(x))`, `z = Φ⁻¹(u)` for another base with
 * the distribution function F. This is Rosenblatt's transform for an autoregressive flow, and it is as good for any other: the residuals are
 * independent standard normal numbers exactly when the density is right.
 *
 * Bases may be `StandardNormal`, `Normal`, `MultivariateNormalDiag`, `Logistic` and `Uniform`, and `Independent` and `Transformed` of these.
 *
 * **Shapes**: x `[N, ...event]`, context `[N, C]`; results `[N, D]`, D numbers of the base's event.
 *
 * **Numerics**: the inverse is float32's, the rest float64. A row outside of what the flow reaches has NaN or infinite residuals.
 *
 * Source: Rosenblatt 1952, "Remarks on a multivariate transformation"; Dawid 1984, "Statistical theory: the prequential approach".
 *
 * @throws Error if the base is another, or x has another event shape
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { affine } from '@pushforward/bijectors';
 * import { residuals } from '@pushforward/diagnostics';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 * import { tensor2d } from '@tensorflow/tfjs-core';
 *
 * const model = new Transformed(new StandardNormal(1), affine({ loc: [10], scale: [2] }));
 * const { z, u } = await residuals(model, tensor2d([[10], [12]]));
 * console.log(z.values, u.values[0]); // Float64Array(2) [ 0, 1 ] 0.5
 * ```
 */
export async function residuals(
  model: Distribution,
  x: Tensor,
  options: { context?: Tensor } = {},
): Promise<Residuals> {
  checkOptions('residuals', options, ['context']);
  const { context } = options;
  checkTensor('residuals: x', x);
  checkEvent('residuals: x', x.shape, model.eventShape);
  const base = standardise(model);
  if (base === undefined)
    throw new Error(`residuals: model must have a base with a known distribution function, got ${typeOf(model)}`);
  const [z] = await readOnce(() => {
    const value = base.map(x, context);
    return [reshape(value, [x.shape[0], sizeOf(value.shape.slice(1))])];
  });
  if (base.cdf === normalCdf) return { z, u: { ...z, values: z.values.map(normalCdf) } };
  const u = { ...z, values: z.values.map(base.cdf) };
  return { u, z: { ...u, values: u.values.map(normalQuantile) } };
}

/** A map of events to independent numbers with one distribution function. */
interface Standard {
  map: (x: Tensor, context?: Tensor) => Tensor;
  cdf: (value: number) => number;
}

function standardise(model: Distribution): Standard | undefined {
  if (model instanceof Transformed) {
    const { base, bijector } = model;
    const inner = standardise(base);
    return (
      inner && {
        ...inner,
        map: (x, context) => inner.map(bijector.inverse(x, bijector.contextDim > 0 ? context : undefined), context),
      }
    );
  }
  if (model instanceof Independent) return standardise(model.base);
  if (model instanceof StandardNormal) return { map: (x) => x, cdf: normalCdf };
  // Mean and deviation say where a distribution of each of these shapes lies.
  const scaled = (cdf: Standard['cdf']): Standard => ({ map: (x) => div(sub(x, model.mean()), model.stddev()), cdf });
  if (model instanceof Normal || model instanceof MultivariateNormalDiag) return scaled(normalCdf);
  if (model instanceof Logistic) {
    const { map } = scaled(normalCdf);
    return { map: (x) => mul(map(x), Math.PI / Math.sqrt(3)), cdf: (value) => 1 / (1 + Math.exp(-value)) };
  }
  if (model instanceof Uniform) return scaled((value) => Math.min(1, Math.max(0, 0.5 + value / Math.sqrt(12))));
  return undefined;
}
