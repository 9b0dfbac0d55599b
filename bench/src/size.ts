/** How large a flow is, and the batch that it works on. */
export interface Size {
  readonly dim: number;
  /** The widths of the hidden layers of each transform's network, and of a variational autoencoder's encoder. */
  readonly hidden: readonly number[];
  readonly batch: number;
  readonly transforms: number;
  /** The width of the data of a variational autoencoder whose latent space has `dim` dimensions. */
  readonly pixels: number;
  /** The width of the context that its encoder gives the posterior's flow. */
  readonly context: number;
}

/** What is measured: D, width of both hidden layers, batch, transforms. */
export const sizes: readonly Size[] = (
  [
    [6, 100, 100, 5],
    [8, 64, 256, 5],
    [32, 128, 256, 5],
    [43, 512, 256, 5],
    [43, 512, 1024, 5],
    [63, 512, 256, 5],
    [784, 1024, 256, 1],
  ] as const
).map(([dim, width, batch, transforms]) => ({
  dim,
  hidden: [width, width],
  batch,
  transforms,
  pixels: 784,
  context: 64,
}));

/** What a convolution with filters of 3 × 3 pixels is measured on: quadratic images, with padding `'same'`. */
export interface ImageSize {
  /** Pixels of a side. */
  readonly side: number;
  readonly channels: number;
  readonly filters: number;
  readonly stride: number;
  readonly batch: number;
}

/** Layers of a convolutional VAE of digits. */
export const imageSizes: readonly ImageSize[] = (
  [
    [28, 1, 32, 2],
    [28, 32, 32, 1],
    [14, 64, 64, 1],
    [7, 128, 128, 1],
  ] as const
).map(([side, channels, filters, stride]) => ({ side, channels, filters, stride, batch: 16 }));

export type AnySize = Size | ImageSize;

export const isOfImages = (size: AnySize): size is ImageSize => 'channels' in size;

/** As tables name it: `D/hidden/batch/transforms`, or `side/channels→filters/stride/batch`. */
export function sizeName(size: AnySize): string {
  if (isOfImages(size)) return `${size.side}²/${size.channels}→${size.filters}/${size.stride}/${size.batch}`;
  const { dim, hidden, batch, transforms } = size;
  return `${dim}/${hidden[0]}²/${batch}/${transforms}`;
}
