import { add, reshape, sub, type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { hasSplineKernels, rationalQuadraticSpline } from '@pushforward/tensor/kernels';
import type { ValueAndLogDet } from '@pushforward/made';
import { splineInverse, splineForward } from './rational-quadratic.js';
import { toRows } from '../../numerics/rows.js';
import { checkSplineShape, SplineBins } from './spline-bins.js';
import { type ModuleConfig, readConfig, type SplineShape } from '@pushforward/tensor';

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

/** The options that a configuration keeps. */
export function readSpline(config: ModuleConfig): SplineOptions & { bound?: number } {
  const shares = { minWidth: 'number?', minHeight: 'number?', minDerivative: 'number?' } as const;
  return readConfig(config, { bins: 'number?', bound: 'number?', ...shares });
}

/** A rational-quadratic spline with a way to bring any number into its interval. */
export interface Spline {
  /** Its name in error messages. */
  readonly name: string;
  readonly parameterCount: number;
  readonly shape: SplineShape;
  /** Brings a number into the interval: with derivative 1, or with derivative 0 to an end where the spline has derivative 1. */
  readonly intoInterval: (x: Tensor1D) => Tensor1D;
}

/** `y = spline(x*) + (x − x*)` for the x* inside the interval, in either direction. */
export function applySpline(
  spline: Spline,
  way: 'forward' | 'inverse',
  input: Tensor,
  parameters: Tensor,
): ValueAndLogDet {
  return tidy(() => {
    const rows = toRows(spline.name, input, parameters, spline.parameterCount);
    const { value, logDet } = hasSplineKernels()
      ? rationalQuadraticSpline(spline.shape, way, rows.x, rows.parameters)
      : composeSpline(spline, way, rows.x, rows.parameters);
    return { value: reshape(value, input.shape), logDet: reshape(logDet, input.shape) };
  });
}

/** The same of N numbers with a row of parameters each, in tf ops. */
function composeSpline(
  { shape, intoInterval }: Spline,
  way: 'forward' | 'inverse',
  x: Tensor1D,
  parameters: Tensor2D,
): ValueAndLogDet {
  const bins = new SplineBins(parameters, shape);
  const inside = intoInterval(x);
  const { value, logDet } =
    way === 'forward' ? splineForward(inside, bins.find(inside, 'x')) : splineInverse(inside, bins.find(inside, 'y'));
  return { value: add(value, sub(x, inside)), logDet };
}
