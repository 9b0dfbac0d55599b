import { begin, colour, placer } from '../draw/canvas.js';
import { drawContourLines } from '../draw/contour-lines.js';
import { drawHeatMap } from '../draw/heat-map.js';
import type { ViewBox } from '../draw/view-box.js';
import { errors, type Measurement, placeOf } from '../simulator/throw.js';
import type { Frame } from '../worker/protocol.js';

/** How many throws are drawn, and the part of the world that is: metres along, and up. */
const THROWS = 70;
const WORLD: ViewBox = { x: [-1.5, 34], y: [-1.6, 13] };

/** The flow's posterior as a heat map, and the lines around 50 % and 90 % of the exact one. */
export function drawPosterior(
  canvas: HTMLCanvasElement,
  box: ViewBox,
  { logDensity, size }: Frame,
  exact: Float64Array,
): void {
  drawHeatMap(canvas, logDensity, size);
  drawContourLines(canvas, exact, size);
  const context = canvas.getContext('2d')!;
  const sharpness = canvas.width / canvas.getBoundingClientRect().width;
  const place = placer(box, canvas.width, canvas.height);
  context.font = `${12 * sharpness}px system-ui, sans-serif`;
  context.fillStyle = '#ffffff';
  context.textAlign = 'center';
  for (const angle of [20, 45, 70]) context.fillText(`${angle}°`, place(angle, 0)[0], canvas.height - 8 * sharpness);
  context.textAlign = 'left';
  for (const speed of [8, 12, 16]) context.fillText(`${speed} m/s`, 8 * sharpness, place(0, speed)[1]);
}

/** Throws that the posterior holds possible, and where the ball was seen to land. */
export function drawThrows(canvas: HTMLCanvasElement, samples: Float32Array, [distance, logError]: Measurement): void {
  const { context, width, height } = begin(canvas);
  const place = placer(WORLD, width, height);
  const error = Math.max(errors.from, Math.exp(logError));
  const [left, ground] = place(distance - 2 * error, 0);
  const [right] = place(distance + 2 * error, 0);
  context.fillStyle = colour('data');
  context.globalAlpha = 0.18;
  context.fillRect(left, 0, right - left, ground);
  context.globalAlpha = 1;
  context.strokeStyle = colour('sample');
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  for (let i = 0; i < THROWS; i++) {
    context.beginPath();
    for (let step = 0; step <= 40; step++) {
      const [x, y] = place(...placeOf([samples[2 * i], samples[2 * i + 1]], step / 40));
      if (step === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.stroke();
  }
  context.globalAlpha = 1;
  context.strokeStyle = colour('muted');
  context.beginPath();
  context.moveTo(0, ground);
  context.lineTo(width, ground);
  context.stroke();
  context.fillStyle = colour('muted');
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'center';
  for (const metres of [0, 10, 20, 30]) context.fillText(`${metres} m`, place(metres, 0)[0], ground + 16);
  const [seen] = place(distance, 0);
  context.strokeStyle = colour('data');
  context.lineWidth = 2.5;
  context.beginPath();
  context.moveTo(seen, ground);
  context.lineTo(seen, 0);
  context.stroke();
}
