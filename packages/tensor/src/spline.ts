import { engine, getKernel, type Tensor } from '@tensorflow/tfjs-core';
import { type SplineAttrs, splineGradientKernel, splineKernel } from './kernel-spline.js';
import { runNewKernel } from './run-new-kernel.js';
import { withGradients } from './with-gradients.js';

/** The bins of a spline between −bound and bound, with all their limits. */
export interface SplineShape {
  /** K */
  readonly bins: number;
  readonly bound: number;
  /** The smallest width of a bin, as a share of the whole interval. */
  readonly minWidth: number;
  /** Likewise of its height. */
  readonly minHeight: number;
  readonly minDerivative: number;
}

/** Whether the backend in use has kernels for splines; {@link rationalQuadraticSpline} needs them. */
export function hasSplineKernels(): boolean {
  return getKernel(splineKernel.name, engine().backendName) !== undefined;
}

/**
 * Rational-quadratic splines of N numbers, each with its own raw parameters, and the log-derivatives, by one kernel. Differentiable in
 * both.
 *
 * The parameters are K widths and K heights before their softmax, and the derivatives at the inner knots or, if there are K of them,
 * at the first knot of every bin: then the spline is periodic. Beyond ±bound it goes on as the identity or, if periodic, turn by turn.
 *
 * **Shapes**: `x` `[N]`, `parameters` `[N, 3K − 1]` or `[N, 3K]`; results `[N]`.
 */
export function rationalQuadraticSpline(
  shape: SplineShape,
  way: 'forward' | 'inverse',
  x: Tensor,
  parameters: Tensor,
): { value: Tensor; logDet: Tensor } {
  const attrs: SplineAttrs = { shape, isInverse: way === 'inverse' };
  const [value, logDet] = withGradients(
    [x, parameters],
    () => ({ outputs: runNewKernel(splineKernel.name, [x, parameters], attrs) }),
    (cotangents, inputs) => runNewKernel(splineGradientKernel.name, [...inputs, ...cotangents], attrs),
  );
  return { value, logDet };
}
