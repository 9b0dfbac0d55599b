import { coordinate, frame, type FrameOptions } from './frame.js';

/** One line of a chart. */
export interface Series {
  name: string;
  color: string;
  dashed?: boolean;
  points: readonly { x: number; y: number }[];
}

/** Lines in one frame; the legend is the caller's. */
export function lineChart(options: FrameOptions, series: readonly Series[]): string {
  return frame(options, (x, y) =>
    series
      .filter(({ points }) => points.length > 0)
      .map(({ points, color, dashed }) => {
        const path = points.map((point) => `${coordinate(x(point.x))},${coordinate(y(point.y))}`).join('L');
        // A single point would leave no mark as a line.
        const mark = points.length === 1 ? `M${path}h0` : `M${path}`;
        const dash = dashed ? ' stroke-dasharray="5 4"' : '';
        const width = points.length === 1 ? 6 : dashed ? 1.4 : 2;
        return `<path fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"${dash} d="${mark}"/>`;
      })
      .join(''),
  );
}
