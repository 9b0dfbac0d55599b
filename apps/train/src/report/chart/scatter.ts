import { escapeXml } from '../markup.js';
import { coordinate, frame, type FrameOptions } from './frame.js';

/** A dot for every pair of numbers. */
export function scatter(options: FrameOptions, x: ArrayLike<number>, y: ArrayLike<number>, color: string): string {
  return frame(options, (xScale, yScale) => {
    // One path of zero-length strokes with round ends takes a tenth of the room that circles take.
    let path = '';
    for (let i = 0; i < x.length; i++) path += `M${coordinate(xScale(x[i]))},${coordinate(yScale(y[i]))}h0`;
    return `<path fill="none" stroke="${color}" stroke-width="3" stroke-linecap="round" stroke-opacity="0.45" d="${path}"/>`;
  });
}

/** A short text in the place of every dot. */
export function labelScatter(
  options: FrameOptions,
  points: readonly { x: number; y: number; text: string; color: string }[],
): string {
  return frame(options, (x, y) =>
    points
      .map(
        (point) =>
          `<text class="point" x="${coordinate(x(point.x))}" y="${coordinate(y(point.y) + 3)}" style="fill:${point.color}">${escapeXml(point.text)}</text>`,
      )
      .join(''),
  );
}
