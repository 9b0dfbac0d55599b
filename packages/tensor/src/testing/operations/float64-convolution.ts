import { type Padding, windowOver } from '../../kernels/convolution/window.js';
import { type Float64 } from './float64.js';

/** The sizes of a convolution. */
export interface ConvolutionCase {
  /** Images, height, width, channels. */
  readonly x: readonly [images: number, height: number, width: number, channels: number];
  /** Height, width, outputs. */
  readonly filters: readonly [height: number, width: number, outputs: number];
  readonly stride: number;
  readonly padding: Padding;
}

/** Strides and paddings of all kinds, filters that are odd, even, as large as the image and of one pixel. */
export const convolutionCases: readonly ConvolutionCase[] = (['same', 'valid'] as const).flatMap((padding) =>
  [1, 2, 3].flatMap((stride): ConvolutionCase[] => [
    { x: [2, 5, 7, 3], filters: [3, 3, 5], stride, padding },
    { x: [1, 6, 5, 4], filters: [2, 3, 1], stride, padding },
    { x: [3, 4, 4, 1], filters: [1, 1, 2], stride, padding },
    { x: [1, 5, 5, 2], filters: [5, 4, 9], stride, padding },
  ]),
);

export function convolutionName({ x, filters, stride, padding }: ConvolutionCase): string {
  return `${x.join(' × ')}, filters ${filters.join(' × ')}, stride ${stride}, ${padding}`;
}

/** Every product of a pixel, a pixel of a filter and a place of the result, in the definition's order. */
function forEachProduct(
  { x, filters, stride, padding }: ConvolutionCase,
  visit: (large: number, filter: number, small: number) => void,
): void {
  const [images, height, width, channels] = x;
  const [h, w, outputs] = filters;
  const { rows, columns, top, left } = windowOver('', x.slice(1), [h, w, channels, outputs], { stride, padding });
  for (let n = 0; n < images; n++)
    for (let p = 0; p < rows; p++)
      for (let q = 0; q < columns; q++)
        for (let i = 0; i < h; i++)
          for (let j = 0; j < w; j++) {
            const [u, v] = [stride * p + i - top, stride * q + j - left];
            if (u < 0 || u >= height || v < 0 || v >= width) continue;
            for (let c = 0; c < channels; c++)
              for (let k = 0; k < outputs; k++)
                visit(
                  ((n * height + u) * width + v) * channels + c,
                  ((i * w + j) * channels + c) * outputs + k,
                  ((n * rows + p) * columns + q) * outputs + k,
                );
          }
}

/** The shapes of the larger images, the filters and the smaller images. */
export function convolutionShapes(one: ConvolutionCase): { large: number[]; filters: number[]; small: number[] } {
  const [images, height, width, channels] = one.x;
  const [h, w, outputs] = one.filters;
  const filters = [h, w, channels, outputs];
  const { rows, columns } = windowOver('', [height, width, channels], filters, one);
  return { large: [...one.x], filters, small: [images, rows, columns, outputs] };
}

/** The three maps that are linear in two of images, filters and results, in float64. */
export function convolutionProducts(one: ConvolutionCase, large: Float64, filters: Float64, small: Float64) {
  const results = [large, filters, small].map(({ values }) => values.map(() => 0));
  forEachProduct(one, (l, f, s) => {
    results[0][l] += filters.values[f] * small.values[s];
    results[1][f] += large.values[l] * small.values[s];
    results[2][s] += large.values[l] * filters.values[f];
  });
  return results.map((values, i) => ({ shape: [large, filters, small][i].shape, values }));
}
