import { SIDE } from '../autoencoder/models.js';
import { colour, placer } from '../draw/canvas.js';
import { drawImages } from '../draw/images.js';
import { cellsOf, type ViewBox } from '../draw/view-box.js';
import { byId } from '../page/elements.js';

export type Latent = readonly [z1: number, z2: number];

/** The part of the latent plane that is shown: three deviations of the prior each way. */
const BOX: ViewBox = { x: [-3, 3], y: [-3, 3] };
/** How many digits are decoded along either axis of it. */
const ACROSS = 15;
const STEP = 0.1;
const LEAP = 0.5;

/** Where those digits are decoded, `[N, 2]`, flat. */
export const planePoints = (): Float32Array => cellsOf(BOX, ACROSS);

const plane = byId<HTMLCanvasElement>('plane');
const moves: Readonly<Record<string, Latent>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

let cross: Latent = [0, 0];

/** Lets the reader move the cross, by pointer and by keyboard; `onMove` is called with where it is. */
export function setUpPlane(onMove: (z: Latent) => void): void {
  const move = (z: Latent) => {
    placeCross(z);
    onMove(cross);
  };
  const toLatent = ({ clientX, clientY }: PointerEvent): Latent => {
    const { left, top, width, height } = plane.getBoundingClientRect();
    return [along(BOX.x, (clientX - left) / width), along(BOX.y, 1 - (clientY - top) / height)];
  };
  plane.addEventListener('pointerdown', (event) => {
    plane.setPointerCapture(event.pointerId);
    move(toLatent(event));
  });
  plane.addEventListener('pointermove', (event) => {
    if (event.buttons > 0) move(toLatent(event));
  });
  plane.addEventListener('keydown', (event) => {
    const direction = moves[event.key];
    if (!direction) return;
    event.preventDefault();
    const length = event.shiftKey ? LEAP : STEP;
    move([cross[0] + length * direction[0], cross[1] + length * direction[1]]);
  });
}

/** Puts the cross at a point, or where the plane ends. */
export function placeCross(z: Latent): Latent {
  cross = inside(z);
  byId('place').textContent = `z = (${signed(cross[0])}, ${signed(cross[1])})`;
  return cross;
}

/** Draws the decoded digits, the cross, and where the posterior of the drawing is highest. */
export function drawPlane(images: Float32Array, drawing: Latent | undefined): void {
  const { context, width, height } = drawImages(plane, images, { side: SIDE, columns: ACROSS, isSmooth: true });
  const place = placer(BOX, width, height);
  if (drawing) {
    // Where it lies outside, the ring is at the edge.
    const [x, y] = place(...inside(drawing));
    ring(context, x, y, 9, colour('data'));
  }
  const [x, y] = place(...cross);
  context.strokeStyle = colour('sample');
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.moveTo(0, y);
  context.lineTo(width, y);
  context.stroke();
  ring(context, x, y, 5, colour('sample'));
}

/** A ring with a rim of paper, so that it shows on ink too. */
function ring(context: CanvasRenderingContext2D, x: number, y: number, radius: number, stroke: string): void {
  for (const [style, lineWidth] of [
    [colour('panel'), 6],
    [stroke, 3],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

const along = ([from, to]: readonly [number, number], share: number) => from + share * (to - from);

const inside = ([z1, z2]: Latent): Latent => [clamp(z1, BOX.x), clamp(z2, BOX.y)];

const clamp = (value: number, [from, to]: readonly [number, number]) => Math.max(from, Math.min(to, value));

const signed = (value: number) => value.toFixed(2).replace('-', '−');
