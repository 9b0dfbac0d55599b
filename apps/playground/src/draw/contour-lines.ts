import { contour, levelOf } from './contour.js';

/** How much of all the lines go around. */
const SHARES = [0.5, 0.9];

/** Draws white lines around half and around 90 % of the probabilities of `size · size` cells, over a picture of the same cells. */
export function drawContourLines(canvas: HTMLCanvasElement, probabilities: ArrayLike<number>, size: number): void {
  const context = canvas.getContext('2d')!;
  context.strokeStyle = '#ffffff';
  context.lineWidth = (1.6 * canvas.width) / canvas.getBoundingClientRect().width;
  const [scaleX, scaleY] = [canvas.width / size, canvas.height / size];
  for (const share of SHARES) {
    context.beginPath();
    for (const [x1, y1, x2, y2] of contour(probabilities, size, levelOf(probabilities, share))) {
      context.moveTo(x1 * scaleX, y1 * scaleY);
      context.lineTo(x2 * scaleX, y2 * scaleY);
    }
    context.stroke();
  }
}
