import { add, reshape, sub, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import type { ValueAndLogDet } from '@pushforward/made';
import { backThroughBin, throughBin } from './rational-quadratic.js';
import { toRows } from './rows.js';
import { checkSplineShape, SplineBins, type SplineShape } from './spline-bins.js';

/** The bins of a rational-quadratic spline. */
export interface SplineOptions {
  /** K, the number of bins, at least 2. Default 8. */
  bins?: number;
  /** The smallest width of a bin, as a share of the whole interval. Default 0.001. */
  minWidth?: number;
  /** The smallest height of a bin, as a share of the whole interval. Default 0.001. */
  minHeight?: number;
  /** The smallest derivative at a knot, above 0 and below 1. Default 0.001. */
  minDerivative?: number;
}

/** @throws Error if an option is out of range */
export function resolveSpline(name: string, bound: number, options: SplineOptions): SplineShape {
  const { bins = 8, minWidth = 0.001, minHeight = 0.001, minDerivative = 0.001 } = options;
  const shape = { bins, bound, minWidth, minHeight, minDerivative };
  checkSplineShape(name, shape);
  return shape;
}

/** A rational-quadratic spline with a way to bring any number into its interval. */
export interface Spline {
  /** What errors call it. */
  readonly name: string;
  readonly parameterCount: number;
  readonly shape: SplineShape;
  /** Brings a number into the interval: with derivative 1, or with derivative 0 to an end where the spline has derivative 1. */
  readonly intoInterval: (x: Tensor1D) => Tensor1D;
}

/** `y = spline(x*) + (x − x*)` for the x* inside the interval, in either direction. */
export function applySpline({ name, parameterCount, shape, intoInterval }: Spline, way: 'forward' | 'inverse', input: Tensor, parameters: Tensor): ValueAndLogDet {
  return tidy(() => {
    const rows = toRows(name, input, parameters, parameterCount);
    const bins = new SplineBins(rows.parameters, shape);
    const inside = intoInterval(rows.x);
    const { value, logDet } = way === 'forward' ? throughBin(inside, bins.find(inside, 'x')) : backThroughBin(inside, bins.find(inside, 'y'));
    return { value: reshape(add(value, sub(rows.x, inside)), input.shape), logDet: reshape(logDet, input.shape) };
  });
}
