// An image that stands alone is a figure, and what it shows, which markdown gives it as a text in its place, is its caption.

/** For markdown-it, as a rule of its core. */
export function captionFigures({ tokens, Token }) {
  for (const [i, token] of tokens.entries()) {
    const [image, ...others] = token.type === 'inline' ? token.children : [];
    if (image?.type !== 'image' || others.length > 0 || tokens[i - 1].type !== 'paragraph_open') continue;
    tokens[i - 1].tag = tokens[i + 1].tag = 'figure';
    // On a phone drawings scroll, which takes the focus on a keyboard.
    if (image.attrGet('src').endsWith('.svg')) tokens[i - 1].attrSet('tabindex', '0');
    const [open, close] = ['figcaption_open', 'figcaption_close'].map(
      (type, end) => new Token(type, 'figcaption', end === 0 ? 1 : -1),
    );
    // The caption says it: heard once is enough.
    const { content } = image;
    image.content = '';
    image.children = [];
    token.children.push(open, Object.assign(new Token('text', '', 0), { content }), close);
  }
}
