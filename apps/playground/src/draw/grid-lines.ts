import { begin, placer } from './canvas.js';
import type { ViewBox } from './view-box.js';

/** Draws lines `[2, lines, points, 2]`, those of either family in a colour of their own. */
export function drawGrid(
  canvas: HTMLCanvasElement,
  box: ViewBox,
  { lines, points, values }: { lines: number; points: number; values: Float32Array },
  colours: readonly [string, string],
): void {
  const { context, width, height } = begin(canvas);
  const place = placer(box, width, height);
  context.lineJoin = 'round';
  for (const family of [0, 1]) {
    context.strokeStyle = colours[family];
    for (let line = 0; line < lines; line++) {
      context.lineWidth = line === (lines - 1) / 2 ? 2.2 : 1;
      context.beginPath();
      for (let point = 0; point < points; point++) {
        const at = 2 * ((family * lines + line) * points + point);
        const [x, y] = place(values[at], values[at + 1]);
        if (point === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.stroke();
    }
  }
}
