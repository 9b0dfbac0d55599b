/** How the patches lie in images that filters are multiplied by, one after another. */
export interface Patches {
  /** Of the images. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** How many there are, below each other and beside each other. */
  readonly patchRows: number;
  readonly patchColumns: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  /** How far they lie apart. */
  readonly stride: number;
  /** How far the first one reaches beyond the image. */
  readonly top: number;
  readonly left: number;
}
