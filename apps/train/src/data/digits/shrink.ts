import type { Digits } from './images.js';

/** Images at half their height and width: each pixel is the mean of four, rounded down, and an odd last row or column is left out. */
export function shrink({ pixels, labels, count, height, width }: Digits): Digits {
  const [rows, columns] = [height >> 1, width >> 1];
  const small = new Uint8Array(count * rows * columns);
  for (let i = 0; i < small.length; i++) {
    const column = i % columns;
    const row = Math.floor(i / columns) % rows;
    const image = Math.floor(i / (rows * columns));
    const corner = image * height * width + 2 * row * width + 2 * column;
    small[i] = (pixels[corner] + pixels[corner + 1] + pixels[corner + width] + pixels[corner + width + 1]) >> 2;
  }
  return { pixels: small, labels, count, height: rows, width: columns };
}
