import { begin, colour } from '../draw/canvas.js';
import { byId } from '../page/elements.js';
import type { Table } from '../data/source.js';

const MOST = 6000;
const FEWEST = 50;
/** How many points a dab of the brush leaves, and how far they scatter, where the board is 2 wide. */
const DAB = 10;
const SCATTER = 0.035;
const STEP = 0.06;

const board = byId<HTMLCanvasElement>('board');
let points: number[] = [];
let brush: [number, number] = [0, 0];
let isShown = false;

/** Lets the reader draw, by pointer and by keyboard. */
export function setUpBoard(): void {
  const toBoard = ({ clientX, clientY }: PointerEvent): [number, number] => {
    const { left, top, width, height } = board.getBoundingClientRect();
    return [(2 * (clientX - left)) / width - 1, 1 - (2 * (clientY - top)) / height];
  };
  board.addEventListener('pointerdown', (event) => {
    board.setPointerCapture(event.pointerId);
    isShown = false;
    dab(toBoard(event));
  });
  board.addEventListener('pointermove', (event) => {
    if (event.buttons === 0) return;
    // A fast hand makes few events; the browser keeps what lay between.
    const between = event.getCoalescedEvents();
    for (const each of between.length > 0 ? between : [event]) dab(toBoard(each));
  });
  const moves: Record<string, [number, number]> = {
    ArrowLeft: [-STEP, 0],
    ArrowRight: [STEP, 0],
    ArrowUp: [0, STEP],
    ArrowDown: [0, -STEP],
  };
  board.addEventListener('keydown', (event) => {
    const move = moves[event.key];
    if (!move && event.key !== ' ') return;
    event.preventDefault();
    isShown = true;
    if (move) brush = [clamp(brush[0] + move[0]), clamp(brush[1] + move[1])];
    else dab(brush);
    redraw();
  });
  board.addEventListener('blur', () => {
    isShown = false;
    redraw();
  });
  byId('board-clear').addEventListener('click', () => {
    points = [];
    redraw();
  });
}

/** The drawing as rows. @throws Error if there is too little of it */
export function drawnTable(): Table {
  const count = points.length / 2;
  if (count < FEWEST) throw new Error(`Draw a little more: ${FEWEST} points are the fewest, and there are ${count}.`);
  return {
    kind: 'table',
    title: 'Your drawing',
    names: ['x', 'y'],
    x: Float32Array.from(points, (value) => 2 * value),
  };
}

export function redraw(): void {
  const { context, width, height } = begin(board);
  context.fillStyle = colour('data');
  for (let i = 0; i < points.length; i += 2)
    context.fillRect(((points[i] + 1) / 2) * width - 1, ((1 - points[i + 1]) / 2) * height - 1, 2, 2);
  if (isShown) {
    context.strokeStyle = colour('sample');
    context.lineWidth = 2;
    context.beginPath();
    context.arc(((brush[0] + 1) / 2) * width, ((1 - brush[1]) / 2) * height, 7, 0, 2 * Math.PI);
    context.stroke();
  }
  byId('board-count').textContent = `${points.length / 2} points`;
}

function dab([x, y]: [number, number]): void {
  for (let i = 0; i < DAB && points.length < 2 * MOST; i++) {
    const radius = SCATTER * Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    points.push(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  redraw();
}

const clamp = (value: number) => Math.max(-1, Math.min(1, value));
