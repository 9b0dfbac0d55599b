import * as tf from '@tensorflow/tfjs';
import { conv2d } from '@pushforward/tensor';
import type { Library, Operation } from '../operation.js';
import type { ImageSize } from '../size.js';

type Convolve = (x: tf.Tensor, filters: tf.Tensor, bias: tf.Tensor) => tf.Tensor;

/** A convolution with filters of 3 × 3 pixels and a bias, ready to run: by this project, or as it is written on TensorFlow.js alone. */
export function prepareConvolution(library: Library, operation: Operation, size: ImageSize): () => void {
  const { side, channels, filters, stride, batch } = size;
  const operands = [
    tf.randomNormal([batch, side, side, channels]),
    tf.randomNormal([3, 3, channels, filters]),
    tf.randomNormal([filters]),
  ] as const;
  const stock: Convolve = (x, filter, bias) =>
    tf.fused.conv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias, strides: stride, pad: 'same' });
  const ours: Convolve = (x, filter, bias) => conv2d(x, filter, bias, { stride });
  const isOurs = library === 'ours' || library === 'webgpu';
  const convolve = isOurs ? ours : stock;
  if (operation === 'convolution') return () => convolve(...operands).dispose();

  const places = Math.ceil(side / stride);
  const cotangent = tf.randomNormal([batch, places, places, filters]);
  const trained: Convolve =
    library === 'stock' ? (x, filter, bias) => tf.add(withFilterGradientOnCpu(x, filter, stride), bias) : convolve;
  const gradients = tf.valueAndGrads(trained as (...args: tf.Tensor[]) => tf.Tensor);
  return () => {
    const { value, grads } = gradients([...operands], cotangent);
    tf.dispose([value, ...grads]);
  };
}

/**
 * `tf.conv2d` as stock tfjs-wasm can be made to train it: the backend has no kernel for the gradient of the filters and throws, so that this one is left to the
 * `cpu` backend.
 */
function withFilterGradientOnCpu(x: tf.Tensor, filters: tf.Tensor, stride: number): tf.Tensor {
  const settings = { strides: stride, pad: 'same', dataFormat: 'NHWC' };
  const operation = tf.customGrad((images, by) => ({
    value: tf.conv2d(images as tf.Tensor4D, by as tf.Tensor4D, stride, 'same'),
    gradFunc: (dy: tf.Tensor) => {
      const engine = tf.engine();
      const byImages: tf.Tensor = engine.runKernel(
        tf.Conv2DBackpropInput,
        { dy, filter: filters },
        { ...settings, inputShape: x.shape },
      );
      void tf.setBackend('cpu');
      const byFilters: tf.Tensor = engine.runKernel(
        tf.Conv2DBackpropFilter,
        { x, dy },
        { ...settings, filterShape: filters.shape },
      );
      void tf.setBackend('wasm');
      return [byImages, byFilters];
    },
  }));
  return operation(x, filters);
}
