import {
  backend_util,
  Conv2D,
  Conv2DBackpropFilter,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { CustomKernel, KernelOverride } from '../../registry/kernel-override.js';
import type { ConvolutionAttrs } from './contract.js';
import { filterGradientKernel } from './filter-gradient.js';
import { convolutionKernel } from './wasm.js';
import type { ConvolutionWindow } from './window.js';

// Our kernels under the names of TensorFlow.js's own.

/** `tf.conv2d`, which on wasm gives zeros for filters that are smaller than their stride with padding `'same'`. */
export const stockConvolutionKernel: KernelOverride = {
  name: Conv2D,
  wasm: (inputs, attrs, wasm) => {
    const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
    const window = stockWindow(x, attrs, filter.shape);
    if (!window || x.dtype !== 'float32' || filter.dtype !== 'float32') return null;
    if (x.shape.includes(0) || filter.shape.includes(0)) return null;
    const [result] = convolutionKernel.wasm(listed(x, filter), given(window), wasm);
    return result;
  },
};

/** The gradient of `tf.conv2d`, which TensorFlow.js lacks on wasm. */
export const stockFilterGradientKernel: CustomKernel = {
  name: Conv2DBackpropFilter,
  wasm: (inputs, attrs, wasm) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const window = stockWindow(x, attrs, attrs.filterShape as number[]);
    if (!window)
      throw new Error(`${Conv2DBackpropFilter}: on wasm images must be NHWC, and strides the same in both directions`);
    const [result] = filterGradientKernel.wasm(listed(x, dy), given(window), wasm);
    return result;
  },
};

const listed = (...tensors: TensorInfo[]): NamedTensorInfoMap => ({ ...tensors }) as unknown as NamedTensorInfoMap;

const given = (window: ConvolutionWindow) => ({ window }) satisfies ConvolutionAttrs as unknown as NamedAttrMap;

/** The window of a stock kernel; undefined where ours have no such window. */
function stockWindow(x: TensorInfo, attrs: NamedAttrMap, filterShape: number[]): ConvolutionWindow | undefined {
  const { strides, pad, dataFormat, dimRoundingMode, dilations = 1 } = attrs as unknown as StockAttrs;
  const info = backend_util.computeConv2DInfo(
    x.shape as Shape,
    filterShape as Shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    backend_util.convertConv2DDataFormat(dataFormat),
  );
  const { padInfo, strideHeight: stride, filterHeight, filterWidth } = info;
  const isDilated = info.dilationHeight !== 1 || info.dilationWidth !== 1;
  if (info.dataFormat !== 'channelsLast' || isDilated || info.strideWidth !== stride) return undefined;
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    rows: info.outHeight,
    columns: info.outWidth,
    filters: info.outChannels,
    filterHeight,
    filterWidth,
    stride,
    top: padInfo.top,
    left: padInfo.left,
  };
}

type Shape = [number, number, number, number];

interface StockAttrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dilations?: [number, number] | number;
}
