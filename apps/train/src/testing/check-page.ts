const VOID = new Set(['meta', 'link', 'img', 'br', '!doctype']);

/**
 * What is wrong with a page that should stand alone: tags that do not match, pictures without a text, and anything that would be
 * fetched from elsewhere.
 */
export function pageProblems(html: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  for (const [tag, slash, name, attributes] of html.matchAll(/<(\/?)([!\w]+)((?:"[^"]*"|[^">])*)>/g)) {
    if (slash) {
      const expected = open.pop();
      if (expected !== name) problems.push(`</${name}> closes <${expected}>`);
      continue;
    }
    if (!VOID.has(name.toLowerCase()) && !attributes.endsWith('/')) {
      open.push(name);
    }
    if (name === 'img' && !/ alt="[^"]+"/.test(attributes)) problems.push(`no alt text: ${tag.slice(0, 80)}`);
    if (name === 'svg' && !/ (aria-label="[^"]+"|aria-hidden="true")/.test(attributes))
      problems.push(`no label: ${tag.slice(0, 80)}`);
    if (name === 'script') problems.push('a script');
    for (const [, target] of attributes.matchAll(/ (?:src|href|xlink:href)="([^"]*)"/g)) {
      if (!target.startsWith('data:')) problems.push(`refers to ${target}`);
    }
  }
  for (const name of open) problems.push(`<${name}> is not closed`);
  if (/url\((?!#)|@import/.test(html)) problems.push('a style that refers to something');
  if (/NaN|Infinity|undefined/.test(html)) problems.push('a number that is none');
  return problems;
}
