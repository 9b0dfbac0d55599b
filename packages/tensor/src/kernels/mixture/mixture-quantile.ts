import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../../arguments/to-float.js';
import { withGradients } from '../../autodiff/with-gradients.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { runKernel } from '../../registry/run-kernel.js';
import type { MixtureForm, MixtureShape } from './contract.js';
import { mixtureGradientKernel, mixtureKernel } from './wasm.js';

/**
 * Whether the backend in use has kernels for the quantiles of mixtures; {@link mixtureQuantile} needs them.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { hasMixtureKernels } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * console.log(hasMixtureKernels()); // true
 * ```
 */
export function hasMixtureKernels(): boolean {
  return hasDifferentiableKernel(mixtureKernel.name);
}

/**
 * The transform of N numbers by the cumulative distribution functions of mixtures, `y = F⁻¹(Σₖ πₖ F((x − μₖ) / sₖ)) · eᵃ + b`, each number with its own raw
 * parameters, and the log-derivatives, by one kernel. Differentiable in both. `MixtureCdfTransform` of the package of bijectors has the formula.
 *
 * The inverse is found by Newton's method with bisections, until y is met to its last digits; its gradient is that of the implicit function.
 *
 * **Shapes**: `x` `[N]`, `parameters` `[N, 3K]`, or `[N, 3K + 2]` with the affine map; results `[N]`. **Units**: nats.
 *
 * Source: Ho et al. 2019, "Flow++: improving flow-based generative models with variational dequantization and architecture design", section
 * 3.2; Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", section 4, for mixtures of Gaussians.
 *
 * @throws Error if the backend has no kernels for mixtures
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { mixtureQuantile } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * const limits = { logScaleBound: 7, affineBound: 5, flattest: -30 };
 * const shape = { family: 'gaussian', components: 2, affine: false, ...limits } as const;
 * // Half of the mass at −3 and half at 3, with scale 1.
 * const parameters = tf.tensor2d([[0, 0, -4.5, 2.25, 0, 0]]);
 * const { value } = mixtureQuantile(shape, 'forward', tf.tensor1d([3]), parameters);
 * const back = mixtureQuantile(shape, 'inverse', value, parameters);
 * console.log((await value.data())[0].toFixed(2), (await back.value.data())[0].toFixed(2)); // 0.67 3.00
 * ```
 */
export function mixtureQuantile(
  shape: MixtureShape,
  way: 'forward' | 'inverse',
  x: Tensor,
  parameters: Tensor,
): { value: Tensor; logDet: Tensor } {
  const attrs: MixtureForm = { shape, isInverse: way === 'inverse' };
  return tidy(() => {
    const given = [toFloat('mixtureQuantile: x', x), toFloat('mixtureQuantile: parameters', parameters)];
    const [value, logDet] = withGradients(
      given,
      () => {
        const outputs = runKernel(mixtureKernel.name, given, attrs);
        return { outputs, residuals: way === 'inverse' ? [outputs[0]] : [] };
      },
      (cotangents, [x, parameters], residuals) =>
        runKernel(mixtureGradientKernel.name, [residuals[0] ?? x, parameters, ...cotangents], attrs),
    );
    return { value, logDet };
  });
}
