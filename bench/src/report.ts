import type { Find, Verdict } from './demands.js';
import { isAt, type Operation, type ProcessFigure, titles } from './operation.js';
import { ratio, type Series, typical } from './series.js';
import type { Side } from './side.js';
import { type AnySize, sizeName } from './size.js';

const NAME_WIDTH = 20;

/** The ratios that follow the columns of the sides, each numerator / denominator. */
function ratioColumns(sides: readonly Side[]): [numerator: string, denominator: string][] {
  const names = sides.map(({ name }) => name);
  const threads = Math.max(1, ...sides.map((side) => side.threads));
  const columns: [string, string][] = [
    ['stock', 'ours 1'],
    ['zuko 1', 'ours 1'],
    [`zuko ${threads}`, `ours ${threads}`],
    ['ours 1', `ours ${threads}`],
  ];
  return columns.filter(([a, b], i) => names.includes(a) && names.includes(b) && a !== b && (threads > 1 || i < 2));
}

/** The table of medians and ratios: a block for each operation, a line for each size. */
export function table(
  operations: readonly (Operation | ProcessFigure)[],
  sizes: readonly AnySize[],
  sides: readonly Side[],
  find: Find,
): string {
  const ratios = ratioColumns(sides);
  const width =
    2 + Math.max(8, ...sides.map(({ name }) => name.length), ...ratios.map(([a, b]) => a.length + b.length + 1));
  const lines = operations.flatMap((operation) => {
    const head = [...sides.map(({ name }) => name), ...ratios.map(([a, b]) => `${a}/${b}`)];
    const rows = sizes
      .filter((size) => isAt(size, operation))
      .map((size) => {
        const cells = sides.map(({ name }) => valueCell(find(operation, name, size), operation));
        const factors = ratios.map(([a, b]) => ratioCell(find(operation, a, size), find(operation, b, size)));
        return line(`  ${sizeName(size)}`, [...cells, ...factors], width);
      });
    return ['', titles[operation], line('', head, width), ...rows];
  });
  return lines.slice(1).join('\n');
}

function line(name: string, cells: readonly string[], width: number): string {
  return name.padEnd(NAME_WIDTH) + cells.map((cell) => cell.padStart(width)).join('');
}

/** `~`: predicted; `*`: one run. */
function valueCell(series: Series | undefined, operation: Operation | ProcessFigure): string {
  if (!series) return '–';
  const mark =
    series.predicted !== undefined
      ? '~'
      : series.samples.length === 1 && operation !== 'first-step' && operation !== 'peak-memory'
        ? '*'
        : '';
  return `${mark}${digits(typical(series))}`;
}

function ratioCell(numerator: Series | undefined, denominator: Series | undefined): string {
  return numerator && denominator ? digits(ratio(numerator, denominator)) : '–';
}

/** Three digits that count. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Each demand, whether it holds, and its figures: the median of paired ratios and, in brackets, the ratio of the minima. */
export function summary(verdicts: readonly Verdict[]): string {
  return verdicts
    .map(({ demand, figures, holds }) => {
      const verdict = holds === undefined ? 'not measured  ' : holds ? 'holds         ' : 'DOES NOT HOLD ';
      const list = figures
        .map(
          ({ size, ratio, ofMinima, predicted }) =>
            `${size} ${predicted ? '~' : ''}${digits(ratio)} (${digits(ofMinima)})`,
        )
        .join('   ');
      return `${verdict} ${demand}${list ? `\n                 ${list}` : ''}`;
    })
    .join('\n');
}
