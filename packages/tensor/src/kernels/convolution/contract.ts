import type { Activation } from '../activation.js';
import type { ConvolutionWindow } from './window.js';

/** Attributes of a convolution's kernels. */
export interface ConvolutionAttrs {
  readonly window: ConvolutionWindow;
  readonly activation?: Activation;
  /** Whether the gradient will be asked for. */
  readonly keep?: boolean;
}

/** Options of a convolution and of a transposed one. */
export interface ConvolutionOptions {
  /** Pixels from one place of the filters to the next, in both directions. Default 1. */
  stride?: number;
  /** Whether filters reach beyond the image. Default `'same'`. */
  padding?: 'same' | 'valid';
  /** A nonlinearity by name, as in {@link activate}. Default: none. */
  activation?: Activation;
}
