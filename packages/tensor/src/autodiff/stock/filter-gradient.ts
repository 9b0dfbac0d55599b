import {
  conv2d,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  engine,
  getGradient,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';

/** Of the stock kernel; what it shares with that of the other gradient is passed on as it is. */
interface Attrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * Registers the gradient of the gradient of a convolution's filters, which TensorFlow.js lacks, so that gradients of gradients go through `tf.conv2d`.
 *
 * The gradient of the filters is linear in the images, by the transposed convolution with the cotangent in the place of the filters, and in the cotangent of the
 * result, by the convolution with it.
 */
export function registerFilterGradient(): void {
  if (getGradient(Conv2DBackpropFilter)) return;
  registerGradient({
    kernelName: Conv2DBackpropFilter,
    inputsToSave: ['x', 'dy'],
    gradFunc: (cotangent, [x, dy], attrs) => {
      const { strides, pad, dataFormat, dimRoundingMode } = attrs as unknown as Attrs;
      const filter = cotangent as Tensor4D;
      const shared = { strides, pad, dataFormat, dimRoundingMode, inputShape: x.shape } as unknown as NamedAttrMap;
      return {
        x: () => engine().runKernel(Conv2DBackpropInput, { dy, filter }, shared) as Tensor,
        dy: () => conv2d(x as Tensor4D, filter, strides, pad, dataFormat, 1, dimRoundingMode),
      };
    },
  });
}
