import { slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Distribution } from '@pushforward/distributions';
import {
  checkOptions,
  checkEvent,
  checkInteger,
  checkTensor,
  foldIn,
  formatShape,
  key,
  type Seed,
  split,
} from '@pushforward/tensor';
import { type Matrix, readMatrix } from '../arrays/matrix.js';
import { readOnce } from '../arrays/read-once.js';
import { uniforms } from '../numerics/random.js';

/** Options of {@link conditionalRanks}. */
export interface RankOptions {
  /** The number of samples of the model that each row is ranked among. Default 99. */
  samples?: number;
  /** An integer or a key for the samples, the points of reference and the breaking of ties. Default: a fresh key. */
  seed?: Seed;
}

/** The rank of each row among samples of the model under the same context, as a number in (0, 1). */
export interface ConditionalRanks {
  /** `[N, D]`, by each number of the event: simulation-based calibration. */
  byValue: Matrix;
  /** `[N, 1]`, by log-density: expected coverage of highest-density regions. */
  byDensity: Matrix;
  /** `[N, 1]`, by the distance to a random point: TARP. */
  byDistance: Matrix;
}

/** Samples in one call of the model, about. */
const CHUNK = 1 << 16;

/**
 * Where each row stands among samples that the model draws under the row's context. If the model is right, every rank is uniform, and rows are independent.
 * Three orders see different faults:
 *
 * - **by value** (simulation-based calibration): a marginal that is shifted, too narrow or too wide;
 * - **by density** (expected coverage): regions of highest density that hold too few or too many;
 * - **by distance** from a point drawn at random (TARP): any difference, given enough rows.
 *
 * The rank r among L samples becomes `(r + v)/(L + 1)`, v uniform, which is uniform exactly when r is.
 *
 * **Shapes**: x `[N, ...event]`, context `[N, C]`; D numbers of the event.
 *
 * Source: Talts et al. 2018, "Validating Bayesian inference algorithms with simulation-based calibration", algorithm 1; Hermans et al. 2022, "A trust
 * crisis in simulation-based inference?", definition 2; Lemos et al. 2023, "Sampling-based accuracy testing of posterior estimators for general inference",
 * algorithm 2.
 *
 * @throws Error if x or context have other shapes than the model
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { maf } from '@pushforward/bijectors';
 * import { conditionalRanks, uniformityTest } from '@pushforward/diagnostics';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 * import { key, normal } from '@pushforward/tensor';
 *
 * const model = new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 1, hidden: [8], seed: 0 }));
 * const context = normal(key(1), [100, 1]);
 * const x = model.sample([], { context, seed: 2 });
 * const { byValue } = await conditionalRanks(model, x, context, { seed: 3 });
 * console.log(uniformityTest(byValue, { seed: 4, independent: false }).pValue > 0.05); // true
 * ```
 */
export async function conditionalRanks(
  model: Distribution,
  x: Tensor,
  context: Tensor,
  options: RankOptions = {},
): Promise<ConditionalRanks> {
  checkOptions('conditionalRanks', options, ['samples', 'seed']);
  const { samples = 99, seed } = options;
  checkPairs('conditionalRanks', model, x, context);
  checkInteger('conditionalRanks: samples', samples, 1);
  const [drawing, ties, pointing] = split(key(seed), 3);
  const own = await readMatrix(x);
  const { rows: n, columns } = own;
  const [points] = await readOnce(() => [model.sample([], { context, seed: pointing })]);
  const reference = references(points.values, columns);
  const v = uniforms(ties, n * (columns + 2));
  const byValue = new Float64Array(n * columns);
  const byDensity = new Float64Array(n);
  const byDistance = new Float64Array(n);
  const chunk = Math.max(1, Math.floor(CHUNK / samples));
  for (let start = 0; start < n; start += chunk) {
    const size = Math.min(chunk, n - start);
    const [values, densities, ownDensities] = await readOnce(() => {
      const [part, given] = [x, context].map((tensor) => slice(tensor, start, size));
      const drawn = model.sampleAndLogProb([samples], { context: given, seed: foldIn(drawing, start) });
      return [drawn.value, drawn.logProb, model.logProb(part, given)];
    });
    for (let i = 0; i < size; i++) {
      const row = start + i;
      const rank = (isBelow: (sample: number) => boolean, tie: number) => {
        let below = 0;
        for (let sample = 0; sample < samples; sample++) if (isBelow(sample * size + i)) below++;
        return (below + tie) / (samples + 1);
      };
      for (let k = 0; k < columns; k++) {
        const at = row * columns + k;
        byValue[at] = rank((sample) => values.values[sample * columns + k] < own.values[at], v[at]);
      }
      const density = ownDensities.values[i];
      byDensity[row] = rank((sample) => densities.values[sample] < density, v[n * columns + row]);
      const distance = (list: Float64Array, at: number) => {
        let sum = 0;
        for (let k = 0; k < columns; k++)
          sum += ((list[at * columns + k] - reference.points[row * columns + k]) / reference.scale[k]) ** 2;
        return sum;
      };
      const farness = distance(own.values, row);
      byDistance[row] = rank((sample) => distance(values.values, sample) < farness, v[n * (columns + 1) + row]);
    }
  }
  return {
    byValue: { values: byValue, rows: n, columns },
    byDensity: { values: byDensity, rows: n, columns: 1 },
    byDistance: { values: byDistance, rows: n, columns: 1 },
  };
}

/** Points that no row decides, each drawn under the next row's context, and a length for each column. */
function references(drawn: Float64Array, columns: number): { points: Float64Array; scale: Float64Array } {
  const points = drawn.map((_, i) => drawn[(i + columns) % drawn.length]);
  const n = points.length / columns;
  const scale = Float64Array.from({ length: columns }, (_, k) => {
    const own = points.filter((_value, i) => i % columns === k);
    const mean = own.reduce((sum, value) => sum + value, 0) / n;
    return Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) || 1;
  });
  return { points, scale };
}

/** Throws unless a model takes contexts, and there is one for each row of x. */
export function checkPairs(name: string, model: Distribution, x: Tensor, context: Tensor): void {
  checkTensor(`${name}: x`, x);
  checkEvent(`${name}: x`, x.shape, model.eventShape);
  if (model.contextDim === 0) throw new Error(`${name}: model must take a context, got one that takes none`);
  checkTensor(`${name}: context`, context);
  const wanted = [x.shape[0], model.contextDim];
  if (formatShape(context.shape) !== formatShape(wanted))
    throw new Error(`${name}: context must be ${formatShape(wanted)}, got ${formatShape(context.shape)}`);
}
