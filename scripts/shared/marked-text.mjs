import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

/** What stands in a page between a mark `<!-- begin -->` and the next `<!-- end -->`. */
export function textBetween(page, begin, end) {
  const content = readFileSync(path.join(root, page), 'utf8');
  const from = content.indexOf(`<!-- ${begin} -->`) + `<!-- ${begin} -->`.length;
  const to = content.indexOf(`<!-- ${end} -->`, from);
  if (from < `<!-- ${begin} -->`.length || to < 0)
    throw new Error(`${page}: has no <!-- ${begin} --> … <!-- ${end} -->`);
  return { content, from, to, text: content.slice(from, to).trim() };
}

/** Puts text there; returns whether it was another before. With `check` the page stays as it is. */
export function putBetween(page, begin, end, text, check = false) {
  const { content, from, to, text: old } = textBetween(page, begin, end);
  if (old === text.trim()) return false;
  if (!check)
    writeFileSync(path.join(root, page), `${content.slice(0, from)}\n\n${text.trim()}\n\n${content.slice(to)}`);
  return true;
}

/** A line of a table. */
const line = (cells) => `| ${cells.join(' | ')} |`;

/** A table in Markdown, whose columns from the second on are numbers where `numeric` says so. */
export function tableOf(head, rows, numeric = false) {
  return [line(head), line(head.map((_, i) => (numeric && i > 0 ? '--:' : '---'))), ...rows.map(line)].join('\n');
}
