import { escapeXml } from './markup.js';

/** One part of a report. */
export interface Section {
  title: string;
  /** HTML. */
  content: string;
}

const STYLE = `
:root { color-scheme: light; }
body { margin: 0; background: #f6f6f4; color: #222; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 36px 24px 64px; background: #fff; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .6rem; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 .8rem; padding-top: 1.2rem; border-top: 1px solid #e3e3df; }
p { max-width: 72ch; margin: .6rem 0; }
figure { margin: 1rem 0; }
figcaption { color: #555; font-size: .88rem; max-width: 80ch; margin-top: .5rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
.pictures figure { margin: 0; }
svg, img { max-width: 100%; height: auto; }
img { image-rendering: pixelated; border: 1px solid #ddd; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; flex-basis: 100%; font-size: .88rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .95rem; }
th, td { padding: 5px 18px 5px 0; text-align: right; border-bottom: 1px solid #ececea; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: 500; }
thead th { color: #555; font-weight: 600; }
.settings td { text-align: left; white-space: normal; }
.timings td:last-child { text-align: left; color: #555; }
pre { background: #f3f3f0; padding: 12px 14px; overflow-x: auto; font-size: .88rem; border-radius: 4px; }
text { font-family: inherit; fill: #444; }
text.tick { font-size: 11px; fill: #666; }
text.label { font-size: 12px; }
text.title { font-size: 13px; font-weight: 600; fill: #222; }
text.point { font-size: 9px; text-anchor: middle; fill-opacity: .85; }
path.grid { stroke: #eee; fill: none; }
path.axis { stroke: #999; fill: none; }
@media print { body, main { background: #fff; } h2, figure { break-inside: avoid; } }
`;

/** A whole HTML page that needs nothing from elsewhere: styles and pictures are inside. */
export function page(title: string, lead: string, sections: readonly Section[]): string {
  const body = sections.map(
    (section) => `<section>\n<h2>${escapeXml(section.title)}</h2>\n${section.content}\n</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
<p>${lead}</p>
${body.join('\n')}
</main>
</body>
</html>
`;
}
