// What typedoc's pages lack for those who hear them, use a keyboard or hold a phone: one title, names for landmarks, headings whose levels leave none out, focus
// where something scrolls, and places to break long names.

/** Names the menus, and makes landmarks of what has none. */
export function nameLandmarks(html) {
  return html
    .replace('<div class="col-content">', '<div class="col-content" role="main">')
    .replace('<div class="page-menu">', '<div class="page-menu" role="complementary" aria-label="This page">')
    .replace('<nav id="tsd-sidebar-links"', '$& aria-label="Shortcuts"')
    .replace('<nav class="tsd-navigation"', '$& aria-label="All pages"');
}

/** Leaves out typedoc's title of a package's page, whose README begins with its own. */
export const nameOnce = (html) =>
  html.replace(/<h1>(?:(?!<\/h1>).)*<\/h1>(?=<\/div>\s*<section class="tsd-panel tsd-typography"><h1)/s, '');

/** Gives headings the level that they have among those before them: typedoc goes from the first to the fourth. */
export function orderHeadings(html) {
  const above = [];
  return html.replaceAll(/<h([1-6])(?=[ >])/g, (tag, digit) => {
    const written = Number(digit);
    while (above.length > 0 && above.at(-1).written >= written) above.pop();
    const level = (above.at(-1)?.level ?? 0) + 1;
    above.push({ written, level });
    return level === written ? tag : `${tag} aria-level="${level}"`;
  });
}

/** Lets wide formulas, which scroll on a phone, take the focus on a keyboard. */
export const focusFormulas = (html) => html.replaceAll('<span class="katex-display"', '$& tabindex="0"');

/** Lets names break between their words. */
const breakNames = (html) =>
  html.replaceAll(/>[^<]+/g, (text) => text.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[_/])/g, '<wbr>'));

/** Lets code break there too, and where a member, arguments or a value begin. */
export const breakCode = (html) =>
  breakNames(html).replaceAll(/>[^<]+/g, (text) => text.replaceAll(/(?<=[a-z]\.|[(=])(?=\w)/g, '<wbr>'));

/** Lets the names in titles break between their words. */
export const breakTitles = (html) =>
  html.replaceAll(/<h1.*?<\/h1>/gs, (title) => breakNames(title).replaceAll('<code class="tsd-tag">', '<wbr>$&'));

/** Leaves out the head of a table in which all cells are empty, and makes plain cells of single empty ones. For markdown-it. */
export function dropEmptyHeads(state) {
  const kept = [];
  let head;
  for (const [i, token] of state.tokens.entries()) {
    if (token.type === 'thead_open') head = [];
    const isEmpty = token.type === 'th_open' && state.tokens[i + 1].content === '';
    if (isEmpty) token.tag = state.tokens[i + 2].tag = 'td';
    if (!head) kept.push(token);
    else head.push(token);
    if (token.type === 'thead_close') {
      if (head.some(({ type, content }) => type === 'inline' && content !== '')) kept.push(...head);
      head = undefined;
    }
  }
  state.tokens = kept;
}

/** Makes plain text of the code in headings, between its tags: the menu of the page, made of the text alone, would leave it out. For markdown-it. */
export function spellHeadings({ tokens, Token }) {
  for (const [i, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const heading = tokens[i + 1];
    heading.children = heading.children.flatMap((child) => {
      if (child.type !== 'code_inline') return [child];
      const [open, text, close] = ['html_inline', 'text', 'html_inline'].map((type) => new Token(type, '', 0));
      open.content = '<code>';
      text.content = child.content;
      close.content = '</code>';
      return [open, text, close];
    });
  }
}
