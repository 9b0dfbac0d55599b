import { begin } from './canvas.js';

export interface LossCurves {
  /** The loss of every step. */
  readonly train: readonly number[];
  /** The held-out loss at some steps. */
  readonly heldOut: readonly { readonly step: number; readonly loss: number }[];
  /** The best that there is, where it is known. */
  readonly entropy: number | undefined;
  readonly steps: number;
  /** The step that is looked at. */
  readonly at: number;
}

interface Colours {
  readonly text: string;
  readonly line: string;
  readonly train: string;
  readonly heldOut: string;
  readonly entropy: string;
}

const LEFT = 44;
const BOTTOM = 24;
const TOP = 10;

/** The ends of the vertical axis: what most of the losses lie between, the entropy, and the latest held-out loss. */
export function rangeOf({ train, heldOut, entropy }: LossCurves): [low: number, high: number] {
  const values = [...train, ...heldOut.map(({ loss }) => loss)].filter((value) => Number.isFinite(value));
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const low = Math.min(quantile(0.01), entropy ?? Infinity);
  const last = heldOut.at(-1)?.loss ?? NaN;
  const high = Math.max(quantile(0.98), low + 0.2, Number.isFinite(last) ? last : low);
  const margin = 0.08 * (high - low);
  return [low - margin, high + margin];
}

/** Draws the losses by step. */
export function drawLosses(canvas: HTMLCanvasElement, curves: LossCurves, colours: Colours): void {
  const { context, width, height } = begin(canvas);
  const [low, high] = rangeOf(curves);
  const x = (step: number) => LEFT + (step / Math.max(1, curves.steps)) * (width - LEFT - 8);
  const y = (loss: number) =>
    TOP + (1 - (Math.min(Math.max(loss, low), high) - low) / (high - low)) * (height - TOP - BOTTOM);
  context.font = '12px system-ui, sans-serif';
  context.fillStyle = colours.text;
  context.strokeStyle = colours.line;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of ticksOf(low, high)) {
    line(context, [
      [LEFT, y(tick)],
      [width - 8, y(tick)],
    ]);
    context.fillText(tick.toFixed(1), LEFT - 6, y(tick));
  }
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.fillText('0', LEFT, height - 6);
  context.textAlign = 'right';
  context.fillText(`${curves.steps} steps`, width - 8, height - 6);
  context.strokeStyle = colours.train;
  line(
    context,
    curves.train.map((loss, i) => [x(i + 1), y(loss)]),
  );
  context.strokeStyle = colours.heldOut;
  context.lineWidth = 2.5;
  line(
    context,
    curves.heldOut.map(({ step, loss }) => [x(step), y(loss)]),
  );
  if (curves.entropy !== undefined) {
    context.setLineDash([6, 4]);
    context.lineWidth = 1.5;
    context.strokeStyle = colours.entropy;
    line(context, [
      [LEFT, y(curves.entropy)],
      [width - 8, y(curves.entropy)],
    ]);
    context.setLineDash([]);
  }
  context.lineWidth = 1;
  context.strokeStyle = colours.text;
  if (curves.at > 0)
    line(context, [
      [x(curves.at), TOP],
      [x(curves.at), height - BOTTOM],
    ]);
}

function line(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const [i, [px, py]] of points.entries()) {
    if (i === 0) context.moveTo(px, py);
    else context.lineTo(px, py);
  }
  context.stroke();
}

function ticksOf(low: number, high: number): number[] {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((size) => (high - low) / size <= 6) ?? 100;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}
