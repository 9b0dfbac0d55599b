import { add, reshape, type Tensor, tidy, util, zeros } from '@tensorflow/tfjs-core';
import { activate, type Activation, activations } from '../activation.js';
import { checkTensor, formatShape } from '../../arguments/check.js';
import { checkOneOf } from '../../arguments/check-option.js';
import { toFloat } from '../../arguments/to-float.js';
import { withGradients } from '../../autodiff/with-gradients.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { runKernel } from '../../registry/run-kernel.js';
import { biasGradientKernel, type DenseAttrs, denseGradientKernel } from '../product/linear-wasm.js';
import type { ConvolutionAttrs } from './contract.js';

/** A convolution or a transposed one, as {@link convolve} computes it. */
export interface Direction {
  /** The kernel of our own, if the backend has it. */
  readonly kernel: string;
  /** The result without the bias, in tf ops: `x` and the result have one leading axis. */
  readonly compose: (x: Tensor, filters: Tensor) => Tensor;
  /** The gradients of the result, to x and to the filters, by kernels. */
  readonly backward: (product: Tensor, x: Tensor, filters: Tensor) => [() => Tensor, () => Tensor];
}

/**
 * `activation(x * filters + bias)` for images of any leading axes, by a kernel of our own where there is one, else in tf ops.
 *
 * @param shape of an image of the result
 */
export function convolve(
  name: string,
  { kernel, compose, backward }: Direction,
  operands: readonly [x: Tensor, filters: Tensor, bias?: Tensor],
  shape: readonly number[],
  { window, activation }: ConvolutionAttrs,
): Tensor {
  if (activation !== undefined) checkOneOf(`${name}: activation`, activation, activations);
  return tidy(() => {
    const [x, filters] = [toFloat(`${name}: x`, operands[0]), toFloat(`${name}: filters`, operands[1])];
    const bias = operands[2] && toFloat(`${name}: bias`, operands[2]);
    const batch = x.shape.slice(0, -3);
    const images = batch.length === 1 ? x : reshape(x, [util.sizeFromShape(batch), ...x.shape.slice(-3)]);
    const isEmpty = images.size * filters.size === 0;
    const result =
      hasDifferentiableKernel(kernel) && !isEmpty
        ? fused(kernel, backward, bias ? [images, filters, bias] : [images, filters], { window, activation })
        : addBiasAndActivate(
            isEmpty ? nothing(images, filters, [images.shape[0], ...shape]) : compose(images, filters),
            bias,
            activation,
          );
    return batch.length === 1 ? result : reshape(result, [...batch, ...shape]);
  });
}

/** In tf ops. */
function addBiasAndActivate(product: Tensor, bias: Tensor | undefined, activation: Activation | undefined): Tensor {
  const value = bias ? add(product, bias) : product;
  return activation ? activate(activation, value) : value;
}

function fused(kernel: string, backward: Direction['backward'], operands: Tensor[], attrs: ConvolutionAttrs): Tensor {
  const { activation } = attrs;
  const [result] = withGradients(
    operands,
    (keep) => {
      const results = runKernel(kernel, operands, { ...attrs, keep } satisfies ConvolutionAttrs);
      return { outputs: results.slice(0, 1), residuals: activation && results.slice(-1) };
    },
    ([cotangent], [x, filters, bias], residuals) => {
      const [product, byBias] = activation
        ? runKernel(denseGradientKernel.name, [cotangent, ...residuals], { activation } satisfies DenseAttrs)
        : [cotangent];
      const biasGradient = () => byBias ?? runKernel(biasGradientKernel.name, [cotangent])[0];
      return [...backward(product, x, filters), ...(bias ? [biasGradient] : [])];
    },
  );
  return result;
}

/** A sum over nothing, with gradients: the backends' own operations do not all know images or filters without numbers. */
function nothing(x: Tensor, filters: Tensor, shape: number[]): Tensor {
  const [result] = withGradients(
    [x, filters],
    () => ({ outputs: [zeros(shape)] }),
    () => [zeros(x.shape), zeros(filters.shape)],
  );
  return result;
}

/** Throws unless both are tensors, x of images and filters of four axes. */
export function checkOperands(name: string, x: Tensor, filters: Tensor, axes: string): void {
  checkTensor(`${name}: x`, x);
  checkTensor(`${name}: filters`, filters);
  if (filters.rank !== 4) throw new Error(`${name}: filters must be ${axes}, got ${formatShape(filters.shape)}`);
  if (x.rank < 3) throw new Error(`${name}: x must be [..., height, width, channels], got ${formatShape(x.shape)}`);
}

/** Throws unless a bias, if there is one, has a number for each channel of the result. */
export function checkBias(name: string, bias: Tensor | undefined, channels: number): void {
  if (bias === undefined) return;
  checkTensor(`${name}: bias`, bias);
  if (formatShape(bias.shape) !== `[${channels}]`)
    throw new Error(`${name}: bias must be [${channels}], got ${formatShape(bias.shape)}`);
}
