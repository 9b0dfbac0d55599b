import { conv2dTranspose as stockConv2dTranspose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { checkEvent, formatShape } from '../../arguments/check.js';
import { checkIntegers, checkOptions } from '../../arguments/check-option.js';
import { formatValue } from '../../arguments/format.js';
import { runKernel } from '../../registry/run-kernel.js';
import type { ConvolutionAttrs, ConvolutionOptions } from './contract.js';
import { checkBias, checkOperands, convolve } from './operation.js';
import { filterGradientKernel } from './filter-gradient.js';
import { convolutionKernel, transposedConvolutionKernel } from './wasm.js';
import { sizeFromPlaces, windowOver } from './window.js';

/** Options of {@link conv2dTranspose}. */
export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /**
   * Height and width of the result, such as those of the image that a convolution of this stride shrank. Default: `stride` times those of x with padding
   * `'same'`, the smallest that fit with `'valid'`.
   */
  size?: readonly [height: number, width: number];
}

/**
 * A transposed convolution, which makes images larger by its stride s, and a nonlinearity if there is one: the linear map is the transpose of that of
 * {@link conv2d} with the same filters,
 *
 * $$y_{u,v,c} = \mathrm{activation}\Bigl(b_c + \sum_{\substack{s p + i - t = u \\ s q + j - l = v}} \sum_k x_{p,q,k}\, w_{i,j,c,k}\Bigr)$$
 *
 * It has gradients on every backend. No zeros are multiplied on the wasm backend: with stride 2, it is four convolutions of every other filter row and column.
 *
 * **Shapes**: `x` `[...batch, rows, columns, channels]`, `filters` `[h, w, outputs, channels]`, `bias` `[outputs]`; result
 * `[...batch, height, width, outputs]`.
 *
 * @throws Error if the shapes do not fit, no convolution takes the given size to that of x, or an option is unknown
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { conv2dTranspose } from '@pushforward/tensor';
 *
 * const codes = tf.ones([5, 4, 4, 16]);
 * const y = conv2dTranspose(codes, tf.ones([3, 3, 1, 16]), tf.zeros([1]), { stride: 2, size: [7, 7] });
 * console.log(y.shape); // [ 5, 7, 7, 1 ]
 * ```
 */
export function conv2dTranspose(
  x: Tensor,
  filters: Tensor,
  bias?: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  const name = 'conv2dTranspose';
  checkOptions(name, options, ['size', 'stride', 'padding', 'activation']);
  const { stride = 1, padding = 'same', activation, size } = options;
  checkOperands(name, x, filters, '[height, width, outputs, channels]');
  const [filterHeight, filterWidth, outputs, channels] = filters.shape as [number, number, number, number];
  const [rows, columns] = x.shape.slice(-3) as [number, number, number];
  checkEvent(`${name}: x`, x.shape, [rows, columns, channels]);
  if (size !== undefined) {
    checkIntegers(`${name}: size`, size, 1);
    if (size.length !== 2) throw new Error(`${name}: size must be a height and a width, got ${formatValue(size)}`);
  }
  const [height, width] = size ?? sizeFromPlaces([rows, columns], [filterHeight, filterWidth], { stride, padding });
  const window = windowOver(name, [height, width, outputs], filters.shape, { stride, padding });
  if (window.rows !== rows || window.columns !== columns) {
    throw new Error(
      `${name}: size must be one that a convolution takes to ${formatShape([rows, columns])}, got ${formatShape([height, width])}`,
    );
  }
  checkBias(name, bias, outputs);
  const attrs: ConvolutionAttrs = { window };
  return convolve(
    name,
    {
      kernel: transposedConvolutionKernel.name,
      compose: (images, by) =>
        stockConv2dTranspose(
          images as Tensor4D,
          by as Tensor4D,
          [images.shape[0], height, width, outputs],
          stride,
          padding,
        ),
      backward: (product, images, by) => [
        () => runKernel(convolutionKernel.name, [product, by], attrs)[0],
        () => runKernel(filterGradientKernel.name, [product, images], attrs)[0],
      ],
    },
    [x, filters, bias],
    [height, width, outputs],
    { window, activation },
  );
}
