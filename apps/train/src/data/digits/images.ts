/** Grey-scale images with the digit each of them shows. */
export interface Digits {
  /** Grey levels from 0 to 255, image after image, row after row. */
  pixels: Uint8Array;
  labels: Uint8Array;
  count: number;
  height: number;
  width: number;
}
