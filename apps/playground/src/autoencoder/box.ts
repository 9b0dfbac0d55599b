import type { ViewBox } from '../draw/view-box.js';

/** How far below the highest density a cell's may be to count, in nats: that of a Gaussian four deviations out. */
const NEGLIGIBLE = 8;
/** The share of the samples that is left out at each end, and what is added for it, as a share of what is between. */
const TAIL = 0.002;
const MARGIN = 0.15;

/** A square that holds nearly all of two densities: one known by samples `[N, 2]`, the other by its logarithm over cells. */
export function boxOf(samples: Float32Array, grid: { box: ViewBox; size: number; values: Float32Array }): ViewBox {
  const [a, b] = [ends(samples, 0), ends(samples, 1)];
  const known = significant(grid);
  const x = [Math.min(a[0], known.x[0]), Math.max(a[1], known.x[1])];
  const y = [Math.min(b[0], known.y[0]), Math.max(b[1], known.y[1])];
  const half = Math.max(x[1] - x[0], y[1] - y[0]) / 2;
  const [middleX, middleY] = [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2];
  return { x: [middleX - half, middleX + half], y: [middleY - half, middleY + half] };
}

function ends(samples: Float32Array, offset: 0 | 1): [number, number] {
  const sorted = Float32Array.from({ length: samples.length / 2 }, (_, i) => samples[2 * i + offset]).toSorted();
  const last = sorted.length - 1;
  const [low, high] = [sorted[Math.floor(TAIL * last)], sorted[Math.ceil((1 - TAIL) * last)]];
  const margin = MARGIN * (high - low);
  return [low - margin, high + margin];
}

/** The part of a grid with the cells that count, and one more all around: the density may peak at an edge. */
function significant({ box, size, values }: { box: ViewBox; size: number; values: Float32Array }): ViewBox {
  const least = values.reduce((a, b) => Math.max(a, b), -Infinity) - NEGLIGIBLE;
  const columns: number[] = [];
  const rows: number[] = [];
  for (const [i, value] of values.entries()) {
    if (value < least) continue;
    columns.push(i % size);
    rows.push(Math.floor(i / size));
  }
  const [stepX, stepY] = [(box.x[1] - box.x[0]) / size, (box.y[1] - box.y[0]) / size];
  return {
    x: [box.x[0] + (Math.min(...columns) - 1) * stepX, box.x[0] + (Math.max(...columns) + 2) * stepX],
    y: [box.y[1] - (Math.max(...rows) + 2) * stepY, box.y[1] - (Math.min(...rows) - 1) * stepY],
  };
}
