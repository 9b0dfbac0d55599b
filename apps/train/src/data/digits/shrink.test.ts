import { expect, test } from 'vitest';
import { shrink } from './shrink.js';

test('every pixel is the mean of four, image by image', () => {
  const first = [0, 4, 9, 8, 4, 255, 1, 1, 255, 255, 1, 1, 255, 255];
  const pixels = Uint8Array.from([...first, 7, ...first.map((value) => 255 - value), 7]);
  const labels = Uint8Array.of(3, 8);
  // 3 × 5: the last row and the last column have no partner.
  const small = shrink({ pixels, labels, count: 2, height: 3, width: 5 });
  expect(small).toEqual({
    pixels: Uint8Array.of((0 + 4 + 255 + 1) >> 2, (9 + 8 + 1 + 255) >> 2, (255 * 4 - 260) >> 2, (255 * 4 - 273) >> 2),
    labels,
    count: 2,
    height: 1,
    width: 2,
  });
});
