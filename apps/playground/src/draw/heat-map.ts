import { viridis } from './viridis.js';

/** The levels of a density as places in the palette, from 0 to 255: by the root of the density, so that tails show too. */
export function levelsOf(logDensity: Float32Array): Uint8Array {
  const finite = logDensity.filter((value) => Number.isFinite(value)).toSorted();
  // One cell in a crease may have any density; the map must not go dark for it.
  const top = finite.length > 0 ? finite[Math.floor(0.998 * (finite.length - 1))] : 0;
  return Uint8Array.from(logDensity, (value) =>
    Number.isNaN(value) ? 0 : Math.round(255 * Math.min(1, Math.exp((value - top) / 2))),
  );
}

const offscreen = new Map<HTMLCanvasElement, HTMLCanvasElement>();

/** Draws `size · size` log-densities over a whole canvas. */
export function drawHeatMap(canvas: HTMLCanvasElement, logDensity: Float32Array, size: number): void {
  const source = offscreen.get(canvas) ?? document.createElement('canvas');
  offscreen.set(canvas, source);
  source.width = source.height = size;
  const small = source.getContext('2d')!;
  const image = small.createImageData(size, size);
  for (const [i, level] of levelsOf(logDensity).entries()) {
    image.data.set(viridis.subarray(3 * level, 3 * level + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  small.putImageData(image, 0, 0);
  const { width, height } = canvas.getBoundingClientRect();
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
}
