// A comma or a full stop stays on the line of the formula before it, and a per cent sign on that of its number: browsers would break the line between the two.

/** Formulas of so much TeX are narrower than a phone, and need no break of their own. */
const SHORT = 40;

/** Whether the text that follows a formula stays on its line. */
const isKept = (formula, text) =>
  formula?.type === 'math_inline' &&
  formula.content.length <= SHORT &&
  text?.type === 'text' &&
  /^[.,;:!?)]/.test(text.content);

/** For markdown-it, as a rule of its core. */
export function keepPunctuation({ tokens, Token }) {
  for (const token of tokens) {
    if (token.type !== 'inline') continue;
    for (const child of token.children)
      if (child.type === 'text') child.content = child.content.replaceAll(/(?<=\d) %/g, '\u00A0%');
    token.children = token.children.flatMap((child, i, all) => {
      const [before, after] = [all[i - 1], all[i + 1]];
      const html = (content) => Object.assign(new Token('html_inline', '', 0), { content });
      if (isKept(child, after)) return [html('<span class="unbroken">'), child];
      if (!isKept(before, child)) return [child];
      const mark = Object.assign(new Token('text', '', 0), { content: child.content[0] });
      child.content = child.content.slice(1);
      return [mark, html('</span>'), child];
    });
  }
}
