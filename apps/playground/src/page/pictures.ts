import { colour } from '../draw/canvas.js';
import { drawGrid } from '../draw/grid-lines.js';
import { drawHeatMap } from '../draw/heat-map.js';
import { drawPoints } from '../draw/points.js';
import type { ViewBox } from '../draw/view-box.js';
import type { Frame } from '../worker/protocol.js';
import { byId } from './elements.js';

/** What of a run the pictures of a flow need, besides a frame. */
export interface Scene {
  readonly box: ViewBox;
  readonly points: Float32Array;
}

/** Draws the density, the samples and the bent grid; a page may lack either of the latter. */
export function drawPictures({ box, points }: Scene, { logDensity, size, samples, grid }: Frame): void {
  drawHeatMap(byId<HTMLCanvasElement>('density'), logDensity, size);
  drawPoints(byId<HTMLCanvasElement>('samples'), box, [
    { points: points.subarray(0, samples.length), colour: colour('data'), shape: 'dot' },
    { points: samples, colour: colour('sample'), shape: 'ring' },
  ]);
  drawGrid(byId<HTMLCanvasElement>('grid'), box, grid, [colour('data'), colour('sample')]);
}
