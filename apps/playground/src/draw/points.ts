import { begin, placer } from './canvas.js';
import type { ViewBox } from './view-box.js';

export interface PointSet {
  readonly points: Float32Array;
  readonly colour: string;
  /** As on a playing card: shapes tell the sets apart where colours do not. */
  readonly shape: 'dot' | 'ring';
}

/** How many square pixels there must be for a point of a set. */
const SPACE = 50;

/** Draws sets of points `[N, 2]`. */
export function drawPoints(canvas: HTMLCanvasElement, box: ViewBox, sets: readonly PointSet[]): void {
  const { context, width, height } = begin(canvas);
  const place = placer(box, width, height);
  // On a small canvas all of them would run together.
  const most = Math.round((width * height) / SPACE);
  for (const { points, colour, shape } of sets) {
    context.fillStyle = context.strokeStyle = colour;
    context.beginPath();
    for (let i = 0; i < Math.min(points.length, 2 * most); i += 2) {
      const [x, y] = place(points[i], points[i + 1]);
      const radius = shape === 'dot' ? 1.1 : 1.7;
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    if (shape === 'dot') context.fill();
    else context.stroke();
  }
}
