import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { imageGrid, inlineImage } from './image-grid.js';

test('images side by side, enlarged, on a grey ground', () => {
  // Three images of 1 × 2 pixels, two in a row, with gaps of 2.
  const png = imageGrid({ values: [0, 1, 0.5, 0.25, 1, 0], count: 3, height: 1, width: 2 }, 2, 2);
  const { width, height, data, channels, depth } = decode(png);
  expect([width, height, channels, depth]).toEqual([2 * 10, 2 * 8, 1, 8]);
  const at = (x: number, y: number) => data[2 * y * width + 2 * x];
  expect([at(2, 2), at(3, 2), at(6, 2), at(7, 2)]).toEqual([0, 255, 128, 64]);
  expect([at(2, 5), at(3, 5)]).toEqual([255, 0]);
  expect([at(0, 0), at(4, 2), at(6, 5), at(9, 7)]).toEqual([48, 48, 48, 48]);
  expect(data[2 * 2 * width + 2 * 3 + 1]).toBe(255);
  expect(inlineImage(png, 'a "picture"')).toMatch(
    /^<img src="data:image\/png;base64,[\w+/=]+" alt="a &quot;picture&quot;">$/,
  );
});
