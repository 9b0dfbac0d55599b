import { encode } from 'fast-png';
import { escapeXml } from './markup.js';

/** Grey images of one size, from 0 (black) to 1 (white), image after image, row after row. */
export interface Images {
  values: ArrayLike<number>;
  count: number;
  height: number;
  width: number;
}

const GAP = 2;

/** A PNG file with the images side by side, `columns` in a row, each pixel drawn as a square of `zoom` pixels. */
export function imageGrid({ values, count, height, width }: Images, columns: number, zoom = 2): Uint8Array {
  const rows = Math.ceil(count / columns);
  const across = Math.min(columns, count);
  const gridWidth = across * (width + GAP) + GAP;
  const gridHeight = rows * (height + GAP) + GAP;
  const grid = new Uint8Array(gridWidth * gridHeight).fill(0x30);
  for (let image = 0; image < count; image++) {
    const top = Math.floor(image / columns) * (height + GAP) + GAP;
    const left = (image % columns) * (width + GAP) + GAP;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        grid[(top + y) * gridWidth + left + x] = Math.round(255 * values[(image * height + y) * width + x]);
      }
    }
  }
  const zoomed = new Uint8Array(grid.length * zoom * zoom);
  for (let y = 0; y < gridHeight * zoom; y++) {
    for (let x = 0; x < gridWidth * zoom; x++) {
      zoomed[y * gridWidth * zoom + x] = grid[Math.floor(y / zoom) * gridWidth + Math.floor(x / zoom)];
    }
  }
  return encode({ width: gridWidth * zoom, height: gridHeight * zoom, data: zoomed, channels: 1, depth: 8 });
}

/** A PNG file as a picture inside an HTML page. */
export function inlineImage(png: Uint8Array, alt: string): string {
  return `<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" alt="${escapeXml(alt)}">`;
}
