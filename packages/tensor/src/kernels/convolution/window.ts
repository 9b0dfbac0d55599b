import { checkInteger, formatShape } from '../../arguments/check.js';
import { checkOneOf } from '../../arguments/check-option.js';

/**
 * How far filters may reach beyond an image, where they find zeros: with `'same'` by as much as it takes to begin at every `stride`-th pixel, with `'valid'`
 * not at all.
 */
export type Padding = 'same' | 'valid';

/** The window of filters that go over images: shared by a convolution, its transpose and its gradients. */
export interface ConvolutionWindow {
  /** The larger images, which a convolution reads and a transposed one makes. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The places of the filters, and so the smaller images. */
  readonly rows: number;
  readonly columns: number;
  readonly filters: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  /** Pixels from one place to the next. */
  readonly stride: number;
  /** Pixels of the first place that lie above the image, and left of it. */
  readonly top: number;
  readonly left: number;
}

/** Stride and padding, for both functions. */
export interface WindowOptions {
  readonly stride: number;
  readonly padding: Padding;
}

/**
 * The window of filters `[height, width, channels, filters]` over images `[height, width, channels]`.
 *
 * @param name what the caller is called
 * @throws Error if the shapes or the options do not fit
 */
export function windowOver(
  name: string,
  image: readonly number[],
  shape: readonly number[],
  { stride, padding }: WindowOptions,
): ConvolutionWindow {
  checkInteger(`${name}: stride`, stride, 1);
  checkOneOf(`${name}: padding`, padding, ['same', 'valid']);
  const [height, width, channels] = image;
  const [filterHeight, filterWidth, , filters] = shape;
  if (filterHeight === 0 || filterWidth === 0)
    throw new Error(`${name}: filters must be of one pixel at least, got ${formatShape(shape)}`);
  if (padding === 'valid' && (filterHeight > height || filterWidth > width)) {
    throw new Error(
      `${name}: with padding 'valid' filters must be at most ${formatShape([height, width])}, got ${formatShape([filterHeight, filterWidth])}`,
    );
  }
  const [rows, top] = placesOf(height, filterHeight, stride, padding);
  const [columns, left] = placesOf(width, filterWidth, stride, padding);
  return {
    height,
    width,
    channels,
    rows,
    columns,
    filters,
    filterHeight,
    filterWidth,
    stride,
    top,
    left,
  };
}

/** How many places a filter has along an axis, and how many pixels of the first lie outside. */
function placesOf(size: number, filter: number, stride: number, padding: Padding): [places: number, before: number] {
  if (padding === 'valid') return [Math.floor((size - filter) / stride) + 1, 0];
  const places = Math.ceil(size / stride);
  const outside = Math.max(0, (places - 1) * stride + filter - size);
  return [places, Math.floor(outside / 2)];
}

/** The sizes of filters and images, without those of their numbers. */
export type Size = readonly [height: number, width: number];

/** The smallest images over which a window has the given places; with padding `'same'` the largest, a multiple of the stride. */
export function sizeFromPlaces([rows, columns]: Size, [height, width]: Size, options: WindowOptions): Size {
  const { stride, padding } = options;
  if (padding === 'same') return [rows * stride, columns * stride];
  return [(rows - 1) * stride + height, (columns - 1) * stride + width];
}
