const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand between tags and in attributes, in HTML and in SVG. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** A table; the first column is a header of its row, the others are numbers. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((cell) => `<th scope="col">${escapeXml(cell)}</th>`).join('');
  const body = rows.map(([first, ...rest]) => {
    const cells = rest.map((cell) => `<td>${escapeXml(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeXml(first)}</th>${cells}</tr>`;
  });
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

/** A picture with its caption. */
export function figure(content: string, caption: string): string {
  return `<figure><div class="pictures">${content}</div><figcaption>${escapeXml(caption)}</figcaption></figure>`;
}

/** What the colours of a figure stand for. */
export function legend(entries: readonly { name: string; color: string; dashed?: boolean }[]): string {
  const items = entries.map(
    ({ name, color, dashed }) =>
      `<span><svg width="22" height="10" aria-hidden="true"><path d="M1,5H21" stroke="${color}" stroke-width="${dashed ? 1.4 : 3}"${dashed ? ' stroke-dasharray="5 4"' : ''}/></svg> ${escapeXml(name)}</span>`,
  );
  return `<div class="legend">${items.join('')}</div>`;
}
