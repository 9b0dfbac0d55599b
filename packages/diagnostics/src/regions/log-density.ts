import { checkOptions, foldIn, key, type Seed } from '@pushforward/tensor';
import { chooseAmong } from '../numerics/random.js';
import { DRAWS, monteCarloPValue, type SimulationOptions, type TestResult } from '../tests/p-values.js';

/** The result of {@link coverageTest}. */
export interface CoverageResult extends TestResult {
  /** Of each region, the part of the model's samples in it: its nominal coverage, ascending. */
  nominal: Float64Array;
  /** The part of the data in it. */
  coverage: Float64Array;
  /** The half-width of a simultaneous band: the coverage leaves it anywhere with a chance of the level. */
  margin: Float64Array;
}

/**
 * Whether regions of highest density hold as many of the data as they should: for every threshold t the region `{x: log p(x) ≥ t}` has a
 * nominal coverage, which the model's own samples tell, and one in the data. A model that is too confident has too few of the data in its regions.
 *
 * The statistic is the largest difference of the two over 99 thresholds, in standard deviations. If the model is right, the log-densities of the
 * data and of the samples are exchangeable, so permuting which is which gives an exact p-value.
 *
 * @param data log p of the data, in nats; −∞ may be among them
 * @param samples log p of samples of the model, more than there are data at best
 *
 * Source: Hyndman 1996, "Computing and graphing highest density regions"; the rank of log p among samples' is that of Hermans et al. 2022, "A trust
 * crisis in simulation-based inference?", definition 2.
 *
 * @throws Error if a number is NaN or one list has none
 *
 * @example
 * ```ts
 * import { coverageTest } from '@pushforward/diagnostics';
 *
 * const own = Array.from({ length: 400 }, (_, i) => -(i % 20));
 * const farOut = Array.from({ length: 100 }, (_, i) => -(i % 40));
 * console.log(coverageTest(farOut, own, { seed: 0 }).pValue); // 0.002
 * ```
 */
export function coverageTest(
  data: ArrayLike<number>,
  samples: ArrayLike<number>,
  options: SimulationOptions & { level?: number; seed?: Seed } = {},
): CoverageResult {
  checkOptions('coverageTest', options, ['draws', 'level', 'seed']);
  const { draws = DRAWS, level = 0.05, seed } = options;
  const pooled = pool('coverageTest', data, samples);
  const [n, m] = [data.length, samples.length];
  const total = n + m;
  const places = thresholds(pooled.sorted);
  const scale = places.map((place) => {
    const part = place / total;
    return Math.sqrt(part * (1 - part) * (1 / n + 1 / m));
  });
  const largest = (marks: Uint8Array) => {
    let [most, below, i] = [0, 0, 0];
    for (const [k, place] of places.entries()) {
      for (; i < place; i++) below += marks[i];
      most = Math.max(most, Math.abs(below / n - (place - below) / m) / scale[k]);
    }
    return most;
  };
  const statistic = largest(pooled.marks);
  const parent = key(seed);
  const simulated = Float64Array.from({ length: draws }, (_, draw) =>
    largest(chooseAmong(foldIn(parent, draw), n, total)),
  );
  const critical = simulated.toSorted()[draws - Math.floor(level * (draws + 1) + 1e-9)] ?? Infinity;
  const curve = places
    .map((place, k) => {
      const below = pooled.marks.subarray(0, place).reduce((sum, mark) => sum + mark, 0);
      return { nominal: 1 - (place - below) / m, coverage: 1 - below / n, margin: critical * scale[k] };
    })
    .toReversed();
  return {
    statistic,
    pValue: monteCarloPValue(statistic, simulated),
    nominal: Float64Array.from(curve, (point) => point.nominal),
    coverage: Float64Array.from(curve, (point) => point.coverage),
    margin: Float64Array.from(curve, (point) => point.margin),
  };
}

/** The result of {@link lowDensityTest}; the statistic is the difference `data − model`. */
export interface LowDensityResult extends TestResult {
  /** The mean log-density of the tenth of the data with the lowest, in nats. */
  data: number;
  /** Of the tenth of the model's samples with the lowest: what the model says of such a tenth. */
  model: number;
}

/**
 * Whether the least likely tenth of the data is as unlikely as the model says: the mean log-density of the lowest tenth of the data, compared with that
 * of the lowest tenth of the model's samples. Data below that lie farther out than the model thinks possible: its tails are too light,
 * or it has learned its training rows by heart. Permuting which is which gives an exact p-value, of both sides.
 *
 * **Units**: nats. −∞ counts as twice as far below the median as the lowest finite number.
 *
 * @param data log p of the data, in nats
 * @param samples log p of samples of the model, more than there are data at best
 * @throws Error if a number is NaN or one list has none
 *
 * @example
 * ```ts
 * import { lowDensityTest } from '@pushforward/diagnostics';
 *
 * const own = Array.from({ length: 400 }, (_, i) => -(i % 20));
 * const farOut = Array.from({ length: 100 }, (_, i) => -(i % 40));
 * const { data, model, pValue } = lowDensityTest(farOut, own, { seed: 0 });
 * console.log(data, model, pValue); // -37 -18.5 0.004
 * ```
 */
export function lowDensityTest(
  data: ArrayLike<number>,
  samples: ArrayLike<number>,
  options: SimulationOptions & { seed?: Seed } = {},
): LowDensityResult {
  checkOptions('lowDensityTest', options, ['draws', 'seed']);
  const { draws = DRAWS, seed } = options;
  const { sorted, marks } = pool('lowDensityTest', data, samples);
  const finite = sorted.findIndex((value) => value > -Infinity);
  const values = sorted.slice();
  if (finite < 0) values.fill(0);
  else values.fill(3 * sorted[finite] - 2 * sorted[Math.max(finite, sorted.length >> 1)] - 1, 0, finite);
  const wanted = [samples.length, data.length].map((count) => Math.ceil(count / 10));
  const lowest = (own: Uint8Array) => {
    const sums = [0, 0];
    const counts = [0, 0];
    for (let i = 0; counts[0] < wanted[0] || counts[1] < wanted[1]; i++) {
      const mark = own[i];
      if (counts[mark] === wanted[mark]) continue;
      sums[mark] += values[i];
      counts[mark]++;
    }
    return { model: sums[0] / counts[0], data: sums[1] / counts[1] };
  };
  const observed = lowest(marks);
  const statistic = observed.data - observed.model;
  const parent = key(seed);
  const simulated = Float64Array.from({ length: draws }, (_, draw) => {
    const means = lowest(chooseAmong(foldIn(parent, draw), data.length, sorted.length));
    return means.data - means.model;
  });
  const above = monteCarloPValue(statistic, simulated);
  const below = monteCarloPValue(
    -statistic,
    simulated.map((value) => -value),
  );
  return { ...observed, statistic, pValue: Math.min(1, 2 * Math.min(above, below)) };
}

/** Both lists together, ascending, with ones in the places of the data. */
function pool(
  name: string,
  data: ArrayLike<number>,
  samples: ArrayLike<number>,
): { sorted: Float64Array; marks: Uint8Array } {
  for (const [argument, list] of Object.entries({ data, samples })) {
    if (list.length === 0) throw new Error(`${name}: ${argument} must be at least one number, got none`);
    for (let i = 0; i < list.length; i++)
      if (Number.isNaN(list[i])) throw new Error(`${name}: ${argument} must be numbers, got NaN at ${i}`);
  }
  const total = data.length + samples.length;
  const values = Float64Array.from({ length: total }, (_, i) => (i < data.length ? data[i] : samples[i - data.length]));
  const order = Array.from({ length: total }, (_, i) => i).toSorted((a, b) =>
    values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : 0,
  );
  return {
    sorted: Float64Array.from(order, (i) => values[i]),
    marks: Uint8Array.from(order, (i) => (i < data.length ? 1 : 0)),
  };
}

/** The number of values below each of up to 99 thresholds, never between equal values. */
function thresholds(sorted: Float64Array): number[] {
  const total = sorted.length;
  const places = new Set<number>();
  for (let k = 1; k < 100; k++) {
    let place = Math.round((k * total) / 100);
    while (place > 0 && place < total && sorted[place] === sorted[place - 1]) place++;
    if (place > 0 && place < total) places.add(place);
  }
  return [...places];
}
