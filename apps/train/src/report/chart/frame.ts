import { escapeXml } from '../markup.js';

/** One axis of a chart. */
interface Axis {
  /** Its ends, in the unit of the label. */
  domain: readonly [number, number];
  /** What it shows and in which unit; left out on small charts. */
  label?: string;
  /** About how many ticks. Default 5; 0 leaves them out. */
  ticks?: number;
}

/** The outside of a chart. */
export interface FrameOptions {
  width: number;
  height: number;
  x: Axis;
  y: Axis;
  /** What the picture shows, in words, for those who do not see it. */
  alt: string;
  /** A heading inside the picture. */
  title?: string;
}

/** From numbers to coordinates of the picture. */
export type Scale = (value: number) => number;

let clipCount = 0;

/** An SVG picture with axes, grid lines and labels around what `draw` draws. */
export function frame({ width, height, x, y, alt, title }: FrameOptions, draw: (x: Scale, y: Scale) => string): string {
  const top = title ? 24 : 8;
  const left = (y.label ? 22 : 4) + (y.ticks === 0 ? 0 : 34);
  const bottom = height - (x.label ? 20 : 2) - (x.ticks === 0 ? 2 : 18);
  // Room for half of the last tick's text.
  const right = width - 18;
  const xScale = linear(x.domain, [left, right]);
  const yScale = linear(y.domain, [bottom, top]);
  const xTicks = ticksBetween(x.domain, x.ticks ?? 5);
  const yTicks = ticksBetween(y.domain, y.ticks ?? 5);
  const clip = `clip-${++clipCount}`;
  const lines = [
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(alt)}">`,
    `<clipPath id="${clip}"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath>`,
    title ? `<text class="title" x="${(left + right) / 2}" y="15" text-anchor="middle">${escapeXml(title)}</text>` : '',
    ...xTicks.map((tick) => `<path class="grid" d="M${coordinate(xScale(tick))},${top}V${bottom}"/>`),
    ...yTicks.map((tick) => `<path class="grid" d="M${left},${coordinate(yScale(tick))}H${right}"/>`),
    ...xTicks.map(
      (tick) =>
        `<text class="tick" x="${coordinate(xScale(tick))}" y="${bottom + 14}" text-anchor="middle">${formatTick(tick, xTicks)}</text>`,
    ),
    ...yTicks.map(
      (tick) =>
        `<text class="tick" x="${left - 5}" y="${coordinate(yScale(tick) + 3.5)}" text-anchor="end">${formatTick(tick, yTicks)}</text>`,
    ),
    `<g clip-path="url(#${clip})">${draw(xScale, yScale)}</g>`,
    `<path class="axis" d="M${left},${top}V${bottom}H${right}"/>`,
    x.label
      ? `<text class="label" x="${(left + right) / 2}" y="${height - 5}" text-anchor="middle">${escapeXml(x.label)}</text>`
      : '',
    y.label
      ? `<text class="label" transform="translate(13 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(y.label)}</text>`
      : '',
    '</svg>',
  ];
  return lines.join('');
}

/** A coordinate to a tenth of a pixel. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function linear([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** About `count` round numbers between the ends. */
export function ticksBetween([from, to]: readonly [number, number], count: number): number[] {
  if (count === 0 || !(to > from)) return [];
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999) ?? 10 * power;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function formatTick(tick: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : Math.abs(tick) || 1;
  const largest = Math.max(...ticks.map(Math.abs));
  const isExtreme = largest >= 1e5 || (largest > 0 && largest < 1e-3);
  const decimals = Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)));
  const text = isExtreme ? Number(tick.toPrecision(3)).toExponential() : tick.toFixed(decimals);
  return text
    .replace(/^-0(\.0*)?$/, '0')
    .replace('e+', 'e')
    .replaceAll('-', '−');
}
