import { conv2d as stockConv2d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { checkEvent } from '../../arguments/check.js';
import { checkOptions } from '../../arguments/check-option.js';
import { runKernel } from '../../registry/run-kernel.js';
import type { ConvolutionAttrs, ConvolutionOptions } from './contract.js';
import { checkBias, checkOperands, convolve } from './operation.js';
import { filterGradientKernel } from './filter-gradient.js';
import { convolutionKernel, transposedConvolutionKernel } from './wasm.js';
import { windowOver } from './window.js';

/**
 * A convolution of images, as of neural networks, and a nonlinearity if there is one:
 *
 * $$y_{p,q,k} = \mathrm{activation}\Bigl(b_k + \sum_{i,j,c} x_{s p + i - t,\; s q + j - l,\; c}\, w_{i,j,c,k}\Bigr)$$
 *
 * with stride s, and pixels outside of the image 0. With padding `'same'` the result has ⌈height / s⌉ rows, and t and l share the pixels outside evenly, the odd one
 * at the bottom and the right; with `'valid'` it has ⌊(height − h) / s⌋ + 1, and t = l = 0. Columns likewise.
 *
 * On the wasm backend it is one kernel and has gradients, which TensorFlow.js lacks there; elsewhere it is composed of TensorFlow.js's operations.
 *
 * **Shapes**: `x` `[...batch, height, width, channels]`, `filters` `[h, w, channels, outputs]`, `bias` `[outputs]`; result
 * `[...batch, rows, columns, outputs]`.
 *
 * @throws Error if the shapes do not fit, the filters are larger than the image with padding `'valid'`, or an option is unknown
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { conv2d } from '@pushforward/tensor';
 *
 * const images = tf.ones([5, 28, 28, 1]);
 * const y = conv2d(images, tf.ones([3, 3, 1, 16]), tf.zeros([16]), { stride: 2, activation: 'elu' });
 * console.log(y.shape); // [ 5, 14, 14, 16 ]
 * ```
 */
export function conv2d(x: Tensor, filters: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  checkOptions('conv2d', options, ['stride', 'padding', 'activation']);
  const { stride = 1, padding = 'same', activation } = options;
  checkOperands('conv2d', x, filters, '[height, width, channels, outputs]');
  const image = x.shape.slice(-3);
  checkEvent('conv2d: x', x.shape, [...image.slice(0, 2), filters.shape[2]!]);
  const window = windowOver('conv2d', image, filters.shape, { stride, padding });
  checkBias('conv2d', bias, window.filters);
  const attrs: ConvolutionAttrs = { window };
  return convolve(
    'conv2d',
    {
      kernel: convolutionKernel.name,
      compose: (images, by) => stockConv2d(images as Tensor4D, by as Tensor4D, stride, padding),
      backward: (product, images, by) => [
        () => runKernel(transposedConvolutionKernel.name, [product, by], attrs)[0],
        () => runKernel(filterGradientKernel.name, [images, product], attrs)[0],
      ],
    },
    [x, filters, bias],
    [window.rows, window.columns, window.filters],
    { window, activation },
  );
}
