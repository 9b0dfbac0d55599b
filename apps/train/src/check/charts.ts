import type { CoverageResult, EcdfBand, PitHistogram } from '@pushforward/diagnostics';
import { coordinate, frame, type Scale } from '../report/chart/frame.js';
import type { Matrix } from '../statistics/statistics.js';

/** What the colours of these charts stand for: the data, and where a right model's are. */
export const DATA_COLOR = '#2f5d8a';
export const BAND_COLOR = '#c9c9c4';

const SMALL = { width: 280, height: 190 };

/** Bars relative to uniform ones, over the band that they should stay in. */
export function histogramChart(title: string, { heights, lower, upper }: PitHistogram): string {
  const top = 1.1 * Math.max(upper, ...heights);
  const x = { domain: [0, 1] as const, ticks: 4 };
  return frame(
    { ...SMALL, x, y: { domain: [0, top], ticks: 3 }, title, alt: `PIT histogram of ${title}` },
    (toX, toY) => {
      const bars = [...heights].map((height, i) => {
        const [left, right] = [i, i + 1].map((edge) => coordinate(toX(edge / heights.length)));
        return `M${left},${coordinate(toY(0))}V${coordinate(toY(height))}H${right}V${coordinate(toY(0))}`;
      });
      const band = `M${coordinate(toX(0))},${coordinate(toY(lower))}H${coordinate(toX(1))}V${coordinate(toY(upper))}H${coordinate(toX(0))}Z`;
      return `<path fill="${BAND_COLOR}" fill-opacity="0.6" d="${band}"/><path fill="${DATA_COLOR}" fill-opacity="0.35" stroke="${DATA_COLOR}" d="${bars.join('')}"/>`;
    },
  );
}

/** The ECDF of ascending numbers less the diagonal, over its band. */
export function differenceChart(title: string, sorted: Float64Array, { points, lower, upper }: EcdfBand): string {
  let below = 0;
  const line = [...points].map((point) => {
    while (below < sorted.length && sorted[below] <= point) below++;
    return below / sorted.length - point;
  });
  const low = [...points].map((point, i) => lower[i] - point);
  const high = [...points].map((point, i) => upper[i] - point);
  const size = 1.15 * Math.max(...[...line, ...low, ...high].map(Math.abs));
  return frame(
    {
      ...SMALL,
      x: { domain: [0, 1], ticks: 4 },
      y: { domain: [-size, size], ticks: 3 },
      title,
      alt: `ECDF difference of ${title}`,
    },
    (x, y) => band(x, y, [...points], low, high) + curve(x, y, [...points], line),
  );
}

const axis = (label: string) => ({ domain: [0, 1] as const, label, ticks: 5 });

/** The coverage of regions of highest density against what it should be, over its band. */
export function coverageChart({ nominal, coverage, margin }: CoverageResult, diagonal: string): string {
  const at = [...nominal];
  return frame(
    {
      width: 420,
      height: 380,
      x: axis('nominal coverage'),
      y: axis('coverage of the data'),
      alt: 'Coverage of highest-density regions against the nominal one',
    },
    (x, y) => {
      const bounds = [-1, 1].map((sign) =>
        at.map((value, i) => Math.min(1, Math.max(0, value + sign * (Number.isFinite(margin[i]) ? margin[i] : 1)))),
      );
      return `${band(x, y, at, bounds[0], bounds[1])}<path stroke="${diagonal}" stroke-dasharray="5 4" d="M${coordinate(x(0))},${coordinate(y(0))}L${coordinate(x(1))},${coordinate(y(1))}"/>${curve(x, y, at, [...coverage])}`;
    },
  );
}

const CELL = 26;
const SHOWN = 20;

/** A square for each two columns, blue for positive correlations and red for negative ones. */
export function correlationChart({ values, columns }: Matrix): string {
  const count = Math.min(columns, SHOWN);
  const squares = Array.from({ length: count * count }, (_, at) => {
    const [i, j] = [Math.floor(at / count), at % count];
    const r = values[i * columns + j];
    const color = i === j ? BAND_COLOR : r > 0 ? DATA_COLOR : '#c8502d';
    const opacity = i === j ? 0.4 : Math.min(1, Math.abs(r)).toFixed(2);
    return `<rect x="${24 + j * CELL}" y="${20 + i * CELL}" width="${CELL - 1}" height="${CELL - 1}" fill="${color}" fill-opacity="${opacity}"/>`;
  });
  const labels = Array.from({ length: count }, (_, i) => {
    const middle = (i + 0.5) * CELL;
    return `<text class="tick" x="${24 + middle}" y="14" text-anchor="middle">${i + 1}</text><text class="tick" x="18" y="${20 + middle + 4}" text-anchor="end">${i + 1}</text>`;
  });
  const [width, height] = [24 + count * CELL, 20 + count * CELL];
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Correlations of the residuals">${squares.join('')}${labels.join('')}</svg>`;
}

function curve(x: Scale, y: Scale, at: readonly number[], values: readonly number[]): string {
  return `<path fill="none" stroke="${DATA_COLOR}" stroke-width="2" d="M${pointsOf(x, y, at, values)}"/>`;
}

function band(x: Scale, y: Scale, at: readonly number[], low: readonly number[], high: readonly number[]): string {
  const back = pointsOf(x, y, at.toReversed(), low.toReversed());
  return `<path fill="${BAND_COLOR}" fill-opacity="0.6" d="M${pointsOf(x, y, at, high)}L${back}Z"/>`;
}

function pointsOf(x: Scale, y: Scale, at: readonly number[], values: readonly number[]): string {
  return at.map((value, i) => `${coordinate(x(value))},${coordinate(y(values[i]))}`).join('L');
}
