// What the figures of the documentation share: a white card, so that they read on a dark page too, and colours that the colour-blind tell apart.
const STYLE = `svg{font-family:system-ui,sans-serif}text{fill:#333;font-size:13px}.title{font-weight:600;fill:#111}.small{font-size:11px;fill:#555}.axis{stroke:#888;fill:none}.grid{stroke:#ddd;fill:none}`;

/** The colours of Okabe and Ito: blue, orange, green, purple. */
export const colours = ['#0072b2', '#d55e00', '#009e73', '#9467bd'];

/** A number as SVG has it, to a tenth of a pixel. */
export const at = (value) => String(Number(value.toFixed(1)));

export function figure(width, height, label, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}"><style>${STYLE}</style><rect width="${width}" height="${height}" rx="8" fill="#fff"/>${content}</svg>\n`;
}

export const text = (x, y, content, { kind = '', anchor = 'middle' } = {}) =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${kind ? ` class="${kind}"` : ''}>${content}</text>`;

export const path = (points, attributes) =>
  `<path d="M${points.map((point) => point.map(at).join(' ')).join('L')}" fill="none" ${attributes}/>`;

/** Curves `{ name, points, colour }`, each with its name to the right of where it ends; names are a line apart where curves end together. */
export function namedCurves(curves, right) {
  let below = 0;
  return curves
    .toSorted((a, b) => a.points.at(-1)[1] - b.points.at(-1)[1])
    .map(({ name, points, colour }) => {
      below = Math.max(points.at(-1)[1] + 4, below + 16);
      const label = text(right + 10, below, name, { anchor: 'start' });
      return `${path(points, `stroke="${colour}" stroke-width="1.8"`)}${label}`;
    })
    .join('');
}
