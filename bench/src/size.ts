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

/** As tables name it: `D/hidden/batch/transforms`. */
export function sizeName({ dim, hidden, batch, transforms }: Size): string {
  return `${dim}/${hidden[0]}²/${batch}/${transforms}`;
}
