import { PIXELS, SIDE } from '../autoencoder/models.js';
import { colour } from '../draw/canvas.js';
import { drawImages } from '../draw/images.js';
import { byId } from '../page/elements.js';

type Place = readonly [column: number, row: number];

/** How far from the pen pixels get ink, and how far apart a stroke's dabs are, in pixels. */
const RADIUS = 1.25;
const SPACING = 0.4;

const board = byId<HTMLCanvasElement>('board');
const moves: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

let pixels = new Uint8Array(PIXELS);
/** Where the pen of the keyboard is: the middle of a pixel. */
let pen: Place = [SIDE / 2 + 0.5, SIDE / 2 + 0.5];
let isPenShown = false;

/** Lets the reader draw, by pointer and by keyboard; `onChange` is called with the drawing. */
export function setUpBoard(onChange: (pixels: Uint8Array) => void): void {
  let last: Place = [0, 0];
  const change = () => {
    redrawBoard();
    onChange(pixels);
  };
  const toPlace = ({ clientX, clientY }: PointerEvent): Place => {
    const { left, top, width, height } = board.getBoundingClientRect();
    return [((clientX - left) / width) * SIDE, ((clientY - top) / height) * SIDE];
  };
  board.addEventListener('pointerdown', (event) => {
    board.setPointerCapture(event.pointerId);
    isPenShown = false;
    last = toPlace(event);
    stroke(last, last);
    change();
  });
  board.addEventListener('pointermove', (event) => {
    if (event.buttons === 0) return;
    // A fast hand makes few events; the browser keeps what lay between.
    const between = event.getCoalescedEvents();
    for (const each of between.length > 0 ? between : [event]) {
      const place = toPlace(each);
      stroke(last, place);
      last = place;
    }
    change();
  });
  board.addEventListener('keydown', (event) => {
    const move = moves[event.key];
    if (!move && event.key !== ' ') return;
    event.preventDefault();
    isPenShown = true;
    const from = pen;
    if (move) pen = [clamp(pen[0] + move[0]), clamp(pen[1] + move[1])];
    const draws = !move || event.shiftKey;
    byId('pen').textContent =
      `${draws ? 'Drawn at' : 'Pen at'} column ${Math.ceil(pen[0])}, row ${Math.ceil(pen[1])} of ${SIDE}`;
    if (!draws) return redrawBoard();
    stroke(from, pen);
    change();
  });
  board.addEventListener('blur', () => {
    isPenShown = false;
    redrawBoard();
  });
  byId('board-clear').addEventListener('click', () => {
    pixels = new Uint8Array(PIXELS);
    change();
  });
}

/** Puts a drawing on the board in place of the reader's. */
export function showOnBoard(other: Uint8Array): void {
  pixels = other.slice();
  redrawBoard();
}

export function redrawBoard(): void {
  const { context, width, height } = drawImages(board, pixels, { side: SIDE, columns: 1, isSmooth: false });
  if (!isPenShown) return;
  context.strokeStyle = colour('sample');
  context.lineWidth = 2;
  context.beginPath();
  context.arc((pen[0] / SIDE) * width, (pen[1] / SIDE) * height, (RADIUS / SIDE) * width, 0, 2 * Math.PI);
  context.stroke();
}

function stroke(from: Place, to: Place): void {
  const count = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / SPACING));
  for (let i = 0; i <= count; i++)
    dab([from[0] + (i / count) * (to[0] - from[0]), from[1] + (i / count) * (to[1] - from[1])]);
}

function dab([x, y]: Place): void {
  for (let row = Math.floor(y - RADIUS); row <= y + RADIUS; row++) {
    for (let column = Math.floor(x - RADIUS); column <= x + RADIUS; column++) {
      const isInside = column >= 0 && column < SIDE && row >= 0 && row < SIDE;
      if (isInside && Math.hypot(column + 0.5 - x, row + 0.5 - y) <= RADIUS) pixels[row * SIDE + column] = 1;
    }
  }
}

const clamp = (value: number) => Math.max(0.5, Math.min(SIDE - 0.5, value));
