import { add, matMul, reshape, type Tensor, type Tensor2D, tidy, util } from '@tensorflow/tfjs-core';
import { activate, type Activation, activations } from '../activation.js';
import { checkEvent, formatShape } from '../../arguments/check.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import {
  biasGradientKernel,
  type DenseAttrs,
  denseGradientKernel,
  denseInputGradientKernel,
  denseKernel,
  denseWeightsGradientKernel,
} from './linear-wasm.js';
import { runKernel } from '../../registry/run-kernel.js';
import { toFloat } from '../../arguments/to-float.js';
import { withGradients } from '../../autodiff/with-gradients.js';

/**
 * A linear map of the last axis, and a nonlinearity if there is one: `activation(x·W + b)`.
 *
 * On the wasm backend it is one kernel; elsewhere leading axes are flattened first, since TensorFlow.js
 * would otherwise make the gradient of `W` once per batch entry before summing.
 *
 * **Shapes**: `x` `[...batch, inputs]`, `weights` `[inputs, outputs]`, `bias` `[outputs]`; result `[...batch, outputs]`.
 *
 * @param activation a nonlinearity by name, as in {@link activate}. Default: none.
 * @throws Error unless the last axis of `x` is the first of `weights`, `bias` has one number for each output, and the activation is known
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { linear } from '@pushforward/tensor';
 *
 * const y = linear(tf.ones([5, 2, 3]), tf.ones([3, 4]), tf.zeros([4]), 'relu');
 * console.log(y.shape); // [ 5, 2, 4 ]
 * ```
 */
export function linear(x: Tensor, weights: Tensor, bias?: Tensor, activation?: Activation): Tensor {
  if (weights.rank !== 2)
    throw new Error(`linear: weights must be [inputs, outputs], got ${formatShape(weights.shape)}`);
  const [inputs, outputs] = weights.shape;
  checkEvent('linear: x', x.shape, [inputs]);
  if (bias && formatShape(bias.shape) !== `[${outputs}]`)
    throw new Error(`linear: bias must be [${outputs}], got ${formatShape(bias.shape)}`);
  if (activation && !activations.includes(activation)) {
    throw new Error(`linear: activation must be one of ${activations.join(', ')}, got ${String(activation)}`);
  }
  const isFused = hasDifferentiableKernel(denseKernel.name);
  return tidy(() => {
    const [input, by] = [toFloat('linear: x', x), toFloat('linear: weights', weights)];
    const plus = bias && toFloat('linear: bias', bias);
    return isFused ? dense(plus ? [input, by, plus] : [input, by], activation) : compose(input, by, plus, activation);
  });
}

/** The reference, in tf ops, for use under `tf.tidy`. */
function compose(x: Tensor, weights: Tensor, bias: Tensor | undefined, activation: Activation | undefined): Tensor {
  const outputs = weights.shape[1]!;
  const product = matMul(asMatrix(x), weights as Tensor2D);
  const value = reshape(bias ? add(product, bias) : product, [...x.shape.slice(0, -1), outputs]);
  return activation ? activate(activation, value) : value;
}

function dense(operands: Tensor[], activation: Activation | undefined): Tensor {
  const [result] = withGradients(
    operands,
    (keep) => {
      const results = runKernel(denseKernel.name, operands, { activation, keep } satisfies DenseAttrs);
      return { outputs: results.slice(0, 1), residuals: activation && results.slice(-1) };
    },
    ([cotangent], [x, weights, bias], residuals) => {
      const [product, byBias] = activation
        ? runKernel(denseGradientKernel.name, [cotangent, ...residuals], { activation } satisfies DenseAttrs)
        : [cotangent];
      return [
        () => runKernel(denseInputGradientKernel.name, [product, weights])[0],
        () => runKernel(denseWeightsGradientKernel.name, [x, product])[0],
        ...(bias ? [byBias ?? (() => runKernel(biasGradientKernel.name, [cotangent])[0])] : []),
      ];
    },
  );
  return result;
}

function asMatrix(x: Tensor): Tensor {
  return x.rank === 2 ? x : reshape(x, [util.sizeFromShape(x.shape.slice(0, -1)), x.shape[x.rank - 1]]);
}
