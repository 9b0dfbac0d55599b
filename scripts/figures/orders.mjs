import { at, figure, text } from './svg.mjs';

const PANEL = { width: 190, height: 200, gap: 16, left: 16, top: 40 };
const [X1, X2] = [
  [-3.5, 9],
  [-6, 6],
];
const CELLS = 84;
/** Shares of the largest value of the exact density, from the outermost level to the innermost. */
const LEVELS = [0.03, 0.1, 0.25, 0.5, 0.8];
const FILLS = ['#d3e5f2', '#a6cbe4', '#6fabd3', '#2f86bd', '#005a91'];

/** Where the panels' densities are looked at: the middles of cells, row by row from the top, as (x1, x2). */
export const gridPoints = Array.from({ length: CELLS * CELLS }, (_, i) => [
  X1[0] + ((X1[1] - X1[0]) * ((i % CELLS) + 0.5)) / CELLS,
  X2[1] - ((X2[1] - X2[0]) * (Math.floor(i / CELLS) + 0.5)) / CELLS,
]);

/** The densities at {@link gridPoints} beside each other, in levels of the largest value of the first. */
export function orders(panels) {
  const most = panels[0].density.reduce((largest, value) => Math.max(largest, value), 0);
  const drawn = panels.map(({ title, note, density }, i) => {
    const left = PANEL.left + i * (PANEL.width + PANEL.gap);
    const frame = `<rect class="axis" x="${left}" y="${PANEL.top}" width="${PANEL.width}" height="${PANEL.height}"/>`;
    const levels = LEVELS.map((level, k) => `<path d="${runs(density, level * most, left)}" fill="${FILLS[k]}"/>`);
    const middle = left + PANEL.width / 2;
    const bottom = PANEL.top + PANEL.height;
    return [
      ...levels,
      frame,
      text(middle, 26, title, { kind: 'title' }),
      text(middle, bottom + 16, 'x₁ →', { kind: 'small' }),
      text(left + 6, PANEL.top + 14, '↑ x₂', { kind: 'small', anchor: 'start' }),
      text(middle, bottom + 34, note, { kind: 'small' }),
    ].join('');
  });
  const width = PANEL.left * 2 + panels.length * (PANEL.width + PANEL.gap) - PANEL.gap;
  const label =
    'Four densities of two dimensions: a bent one, the same from a MADE of the right order, a blurred one from a MADE of the wrong order, and the bent one from a MAF';
  return figure(width, PANEL.top + PANEL.height + 46, label, drawn.join(''));
}

/** The cells of at least a level, those beside each other in a row as one. */
function runs(density, level, left) {
  const [w, h] = [PANEL.width / CELLS, PANEL.height / CELLS];
  let path = '';
  for (let row = 0; row < CELLS; row++)
    for (let start = 0; start < CELLS; start++) {
      if (density[row * CELLS + start] < level) continue;
      let end = start;
      while (end < CELLS && density[row * CELLS + end] >= level) end++;
      // A little taller than a row, or the ground shines through between them.
      path += `M${at(left + start * w)} ${at(PANEL.top + row * h)}h${at((end - start) * w)}v${at(h + 0.1)}h${at((start - end) * w)}z`;
      start = end;
    }
  return path;
}
