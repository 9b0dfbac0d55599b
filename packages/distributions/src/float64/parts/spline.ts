import type {
  CircularSplineTransform,
  RationalQuadraticSplineTransform,
  SoftclipSplineTransform,
} from '@pushforward/bijectors';
import type { SplineShape } from '@pushforward/tensor';
import type { MappedNumber, TransformFormula } from '../contract/formulas.js';
import { positive, softclip } from '../contract/math.js';

/** A spline on an interval, and the identity beyond. */
export function splineFormula(transform: RationalQuadraticSplineTransform): TransformFormula {
  return onLine(ofShape(transform.config() as unknown as SplineShape));
}

/** The same with other raw parameters. */
export function softclipSplineFormula({ bins, bound, slope }: SoftclipSplineTransform): TransformFormula {
  const limit = -Math.log(slope);
  return onLine({
    bins,
    bound,
    minimums: [0, 0],
    logSize: (raw) => softclip(raw, limit / 2),
    derivative: (raw) => Math.exp(softclip(raw, limit)),
  });
}

/** A spline on a circle. */
export function circularSplineFormula(transform: CircularSplineTransform): TransformFormula {
  const reading = ofShape(transform.config() as unknown as SplineShape);
  const { bound, bins } = reading;
  const inside = (x: number) => x - 2 * bound * Math.floor((x + bound) / (2 * bound));
  return formulaOf(reading, inside, (k, own) => own(k % bins));
}

/** How raw parameters become sizes and derivatives. */
interface Reading {
  readonly bins: number;
  readonly bound: number;
  /** The smallest width and the smallest height, as shares. */
  readonly minimums: readonly [number, number];
  /** The argument of the softmax. */
  readonly logSize: (raw: number) => number;
  readonly derivative: (raw: number) => number;
}

function ofShape({ bins, bound, minWidth, minHeight, minDerivative }: SplineShape): Reading {
  const derivative = (raw: number) => positive(raw, minDerivative);
  return { bins, bound, minimums: [minWidth, minHeight], logSize: (raw) => raw, derivative };
}

/** The inner knots have derivatives of their own; at the ends it is 1. */
function onLine(reading: Reading): TransformFormula {
  const { bins, bound } = reading;
  const inside = (x: number) => Math.min(Math.max(x, -bound), bound);
  return formulaOf(reading, inside, (k, own) => (k === 0 || k === bins ? 1 : own(k - 1)));
}

function formulaOf(
  { bins, bound, minimums, logSize, derivative }: Reading,
  intoInterval: (x: number) => number,
  derivativeAt: (knot: number, own: (index: number) => number) => number,
): TransformFormula {
  const apply =
    (through: (place: number, bin: Bin) => MappedNumber, axis: 'x' | 'y') =>
    (input: number, raw: Float64Array, at: number): MappedNumber => {
      const [xs, ys] = minimums.map((minimum, i) => {
        const start = at + i * bins;
        return knots(raw.subarray(start, start + bins).map(logSize), bound, minimum);
      });
      const place = intoInterval(input);
      const along = axis === 'x' ? xs : ys;
      let k = 0;
      while (k < bins - 1 && place >= along[k + 1]) k++;
      const own = (index: number) => derivative(raw[at + 2 * bins + index]);
      const { value, logDerivative } = through(place, {
        x0: xs[k],
        x1: xs[k + 1],
        y0: ys[k],
        y1: ys[k + 1],
        d0: derivativeAt(k, own),
        d1: derivativeAt(k + 1, own),
      });
      return { value: value + (input - place), logDerivative };
    };
  return { forward: apply(splineForward, 'x'), inverse: apply(splineInverse, 'y') };
}

/** The knots, from −bound to bound. */
function knots(logSizes: Float64Array, bound: number, minimum: number): Float64Array {
  const bins = logSizes.length;
  const largest = logSizes.reduce((most, own) => Math.max(most, own), -Infinity);
  const places = new Float64Array(bins + 1);
  for (let k = 0; k < bins; k++) places[k + 1] = places[k] + Math.exp(logSizes[k] - largest);
  const total = places[bins];
  for (let k = 0; k < bins; k++)
    places[k] = bound * (2 * (minimum * k + (1 - minimum * bins) * (places[k] / total)) - 1);
  places[bins] = bound;
  return places;
}

/** A bin's corners, and the derivatives there. */
interface Bin {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly d0: number;
  readonly d1: number;
}

/** Durkan et al. 2019, equations 4 and 5. */
function splineForward(x: number, bin: Bin): MappedNumber {
  const { x0, x1, y0, y1, d0 } = bin;
  const slope = (y1 - y0) / (x1 - x0);
  const [t, u] = [(x - x0) / (x1 - x0), (x1 - x) / (x1 - x0)];
  const { denominator, logDerivative } = atShare(t, u, slope, bin);
  return { value: y0 + ((y1 - y0) * t * (slope * t + d0 * u)) / denominator, logDerivative };
}

/** The root of the quadratic in a form in which nothing cancels. */
function splineInverse(y: number, bin: Bin): MappedNumber {
  const { x0, x1, y0, y1, d0, d1 } = bin;
  const slope = (y1 - y0) / (x1 - x0);
  const [r, q] = [(y - y0) / (y1 - y0), (y1 - y) / (y1 - y0)];
  const e = d1 * r - d0 * q;
  const product = 4 * slope * slope * r * q;
  const root = Math.sqrt(e * e + product);
  const m = e > 0 ? product / (root + e) : root - e;
  const both = 2 * slope * r + m;
  const [t, u] = [(2 * slope * r) / both, m / both];
  const { logDerivative } = atShare(t, u, slope, bin);
  return { value: x0 + (x1 - x0) * t, logDerivative: -logDerivative };
}

function atShare(t: number, u: number, slope: number, { d0, d1 }: Bin) {
  const denominator = slope + (d0 + d1 - 2 * slope) * t * u;
  const numerator = d1 * t * t + 2 * slope * t * u + d0 * u * u;
  return { denominator, logDerivative: 2 * Math.log(slope / denominator) + Math.log(numerator) };
}
