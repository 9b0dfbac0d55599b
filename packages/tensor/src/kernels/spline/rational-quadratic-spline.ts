import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import type { SplineForm, SplineShape } from './contract.js';
import { splineGradientKernel, splineKernel } from './wasm.js';
import { runKernel } from '../../registry/run-kernel.js';
import { toFloat } from '../../arguments/to-float.js';
import { withGradients } from '../../autodiff/with-gradients.js';

/**
 * Whether the backend in use has kernels for splines; {@link rationalQuadraticSpline} needs them.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { hasSplineKernels } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * console.log(hasSplineKernels()); // true
 * ```
 */
export function hasSplineKernels(): boolean {
  return hasDifferentiableKernel(splineKernel.name);
}

/**
 * Rational-quadratic splines of N numbers, each with its own raw parameters, and the log-derivatives, by one kernel. Differentiable in
 * both.
 *
 * The parameters are K widths and K heights before their softmax, and the derivatives at the inner knots or, if there are K of them,
 * at the first knot of every bin: then the spline is periodic. Beyond ±bound it goes on as the identity or, if periodic, turn by turn.
 *
 * **Shapes**: `x` `[N]`, `parameters` `[N, 3K − 1]` or `[N, 3K]`; results `[N]`. **Units**: nats.
 *
 * Source: Durkan et al. 2019, "Neural spline flows", section 3.1; of the periodic ones Rezende et al. 2020, "Normalizing flows on tori and
 * spheres".
 *
 * @throws Error if the backend has no kernels for splines
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { key, normal, useBackend } from '@pushforward/tensor';
 * import { rationalQuadraticSpline } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * const shape = { bins: 4, bound: 3, minWidth: 1e-3, minHeight: 1e-3, minDerivative: 1e-3 };
 * const parameters = normal(key(0), [3, 11]);
 * const { value } = rationalQuadraticSpline(shape, 'forward', tf.tensor1d([-1, 0.5, 4]), parameters);
 * const back = rationalQuadraticSpline(shape, 'inverse', value, parameters);
 * console.log(await back.value.array()); // about [-1, 0.5, 4]
 * ```
 */
export function rationalQuadraticSpline(
  shape: SplineShape,
  way: 'forward' | 'inverse',
  x: Tensor,
  parameters: Tensor,
): { value: Tensor; logDet: Tensor } {
  const attrs: SplineForm = { shape, isInverse: way === 'inverse' };
  return tidy(() => {
    const given = [
      toFloat('rationalQuadraticSpline: x', x),
      toFloat('rationalQuadraticSpline: parameters', parameters),
    ];
    const [value, logDet] = withGradients(
      given,
      () => ({ outputs: runKernel(splineKernel.name, given, attrs) }),
      (cotangents, inputs) => runKernel(splineGradientKernel.name, [...inputs, ...cotangents], attrs),
    );
    return { value, logDet };
  });
}
