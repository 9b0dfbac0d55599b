import { PIXELS, SIDE } from '../autoencoder/models.js';

/** The box that the training digits were fitted into, in pixels. */
const BOX = 20;
/** How many places of a pixel are looked at in each direction. */
const FINE = 4;

/**
 * A drawing as the training digits are: no larger than 20 pixels, its centre of mass in the middle.
 *
 * @param pixels each 0 or 1
 */
export function fitDrawing(pixels: Uint8Array): Uint8Array {
  const drawn = [...pixels.keys()].filter((i) => pixels[i] === 1);
  if (drawn.length === 0) return pixels.slice();
  const [columns, rows] = [drawn.map((i) => i % SIDE), drawn.map((i) => Math.floor(i / SIDE))];
  /** How many pixels of the drawing go into one. */
  const scale = Math.max(1, extent(columns) / BOX, extent(rows) / BOX);
  const origin = (places: number[]) => {
    const middle = places.reduce((sum, place) => sum + place + 0.5, 0) / places.length;
    return Math.round(middle - (scale * SIDE) / 2);
  };
  const [left, top] = [origin(columns), origin(rows)];
  const at = (start: number, place: number, part: number) => Math.floor(start + (place + (part + 0.5) / FINE) * scale);
  return Uint8Array.from({ length: PIXELS }, (_, i) => {
    let covered = 0;
    for (let part = 0; part < FINE ** 2; part++) {
      const column = at(left, i % SIDE, part % FINE);
      const row = at(top, Math.floor(i / SIDE), Math.floor(part / FINE));
      if (column >= 0 && column < SIDE && row >= 0 && row < SIDE) covered += pixels[row * SIDE + column];
    }
    return covered >= FINE ** 2 / 2 ? 1 : 0;
  });
}

const extent = (places: readonly number[]) => Math.max(...places) - Math.min(...places) + 1;
