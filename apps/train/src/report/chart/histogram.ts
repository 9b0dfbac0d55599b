import { coordinate, frame, type FrameOptions } from './frame.js';

/** A histogram as a density: the bars' area is the part of the values that falls into the domain. */
export function histogram(values: ArrayLike<number>, [from, to]: readonly [number, number], bins: number): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  const width = (to - from) / bins;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < from || values[i] > to) continue;
    counts[Math.min(bins - 1, Math.floor((values[i] - from) / width))]++;
  }
  return counts.map((count) => count / values.length / width);
}

/** One sample as filled bars and another as an outline over them. */
export function histogramPair(
  options: Omit<FrameOptions, 'y'>,
  filled: { values: ArrayLike<number>; color: string },
  outlined: { values: ArrayLike<number>; color: string },
): string {
  const { domain } = options.x;
  const bins = 40;
  const [bars, outline] = [filled, outlined].map(({ values }) => histogram(values, domain, bins));
  const highest = Math.max(...bars, ...outline);
  const edge = (bin: number) => domain[0] + (bin / bins) * (domain[1] - domain[0]);
  return frame({ ...options, y: { domain: [0, highest * 1.05 || 1], ticks: 0 } }, (x, y) => {
    const steps = (heights: number[]) =>
      heights.map((height, bin) => `V${coordinate(y(height))}H${coordinate(x(edge(bin + 1)))}`).join('');
    const base = `M${coordinate(x(domain[0]))},${coordinate(y(0))}`;
    return [
      `<path fill="${filled.color}" fill-opacity="0.35" d="${base}${steps(bars)}V${coordinate(y(0))}Z"/>`,
      `<path fill="none" stroke="${outlined.color}" stroke-width="1.6" d="${base}${steps(outline)}V${coordinate(y(0))}"/>`,
    ].join('');
  });
}

/** An interval that holds all but half a percent of the values at either end, and a little more. */
export function centralInterval(values: ArrayLike<number>): [number, number] {
  const sorted = Float64Array.from(values).toSorted();
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))];
  const [low, high] = [at(0.005), at(0.995)];
  const margin = high > low ? 0.08 * (high - low) : Math.abs(low) || 1;
  return [low - margin, high + margin];
}
