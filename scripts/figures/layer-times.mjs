import { at, colours, figure, path, text } from './svg.mjs';

const [WIDTH, HEIGHT] = [640, 340];
const BOX = { left: 80, right: 480, top: 20, bottom: 285 };

/** Times of one layer by dimension, in milliseconds, on logarithmic axes: either direction, and the sequential one as D passes. */
export function layerTimes(layers) {
  const curves = [
    { name: 'D passes', of: ({ dim, parallel }) => dim * parallel },
    { name: 'one sweep', of: ({ sequential }) => sequential },
    { name: 'parallel pass', of: ({ parallel }) => parallel },
  ];
  // One size for each dimension, the one with the smaller batch.
  const sizes = [...new Map(layers.toReversed().map((layer) => [layer.dim, layer])).values()].toSorted(
    (a, b) => a.dim - b.dim,
  );
  const values = curves.flatMap(({ of }) => sizes.map(of));
  const decades = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const [first, last] = [sizes[0].dim, sizes.at(-1).dim].map(Math.log);
  const x = (dim) => BOX.left + ((Math.log(dim) - first) / (last - first)) * (BOX.right - BOX.left);
  const y = (ms) => BOX.bottom - ((Math.log10(ms) - decades[0]) / (decades[1] - decades[0])) * (BOX.bottom - BOX.top);

  const rows = Array.from({ length: decades[1] - decades[0] + 1 }, (_, i) => decades[0] + i).map(
    (power) =>
      `<path class="grid" d="M${BOX.left} ${at(y(10 ** power))}H${BOX.right}"/>${text(BOX.left - 8, y(10 ** power) + 4, `${10 ** power} ms`, { kind: 'small', anchor: 'end' })}`,
  );
  const ticks = sizes.map(({ dim }) => text(x(dim), BOX.bottom + 18, dim, { kind: 'small' }));
  const lines = curves.map(({ name, of }, i) => {
    const points = sizes.map((size) => [x(size.dim), y(of(size))]);
    const colour = colours[[1, 0, 2][i]];
    const dots = points.map(([cx, cy]) => `<circle cx="${at(cx)}" cy="${at(cy)}" r="3.5" fill="${colour}"/>`).join('');
    // The two lower curves lie on each other.
    const label = points.at(-1)[1] + [4, -4, 14][i];
    return `${path(points, `stroke="${colour}" stroke-width="2"${i === 2 ? ' stroke-dasharray="5 4"' : ''}`)}${dots}${text(BOX.right + 12, label, name, { anchor: 'start' })}`;
  });
  const axes = `<path class="axis" d="M${BOX.left} ${BOX.top}V${BOX.bottom}H${BOX.right}"/>`;
  const title = text((BOX.left + BOX.right) / 2, HEIGHT - 16, 'dimensions D', { kind: 'small' });
  const label =
    'Time of one layer by dimension: the sweep takes about as long as a parallel pass, D passes up to a thousand times as long';
  return figure(WIDTH, HEIGHT, label, [...rows, axes, ...ticks, ...lines, title].join(''));
}
