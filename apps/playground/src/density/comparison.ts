import { element } from '../page/elements.js';
import type { Comparison } from '../worker/protocol.js';

/** A table of the measured times, the longest one as wide as its column. */
export function comparisonTable({ dim, rows }: Comparison): HTMLElement {
  const longest = Math.max(...rows.map(({ milliseconds }) => milliseconds));
  const table = element('table');
  table.append(element('caption', `256 rows of ${dim} dimensions`, { className: 'visually-hidden' }));
  const head = element('tr');
  head.append(
    ...['Flow', 'Direction', 'How', 'Time', 'Beside the others'].map((text) => element('th', text, { scope: 'col' })),
  );
  const body = element('tbody');
  for (const { flow, direction, kind, milliseconds } of rows) {
    const row = element('tr');
    const meter = element('span', '', { className: kind === 'D passes' ? 'meter slow' : 'meter' });
    meter.style.width = `${(100 * milliseconds) / longest}%`;
    const bar = element('td', '', { className: 'wide' });
    bar.append(meter);
    const how = kind === 'D passes' ? `${dim} passes, the textbook's way` : kind;
    row.append(
      element('td', flow),
      element('td', direction),
      element('td', how),
      element('td', formatTime(milliseconds), { className: 'number' }),
      bar,
    );
    body.append(row);
  }
  const top = element('thead');
  top.append(head);
  table.append(top, body);
  // Where the window is narrow the table scrolls, by keyboard too.
  const wrap = element('div', '', { className: 'table-wrap', tabIndex: 0, role: 'group', ariaLabel: 'Table of times' });
  wrap.append(element('p', summary({ dim, rows })), table);
  return wrap;
}

function summary({ dim, rows }: Comparison): string {
  const time = (flow: string, kind: string) => rows.find((row) => row.flow === flow && row.kind === kind)!.milliseconds;
  return (
    `With ${dim} dimensions, sampling a MAF by one sweep takes ${factor(time('MAF', 'one sweep'), time('MAF', 'one pass'))} times as long as a parallel pass. ` +
    `By ${dim} passes it takes ${factor(time('MAF', 'D passes'), time('MAF', 'one pass'))} times as long.`
  );
}

const factor = (a: number, b: number) => (a / b >= 10 ? (a / b).toFixed(0) : (a / b).toFixed(1));

const formatTime = (milliseconds: number) =>
  `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0)} ms`;
