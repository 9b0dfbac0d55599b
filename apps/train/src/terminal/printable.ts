/** Characters that a terminal obeys instead of showing, and those that turn or hide the text around them: controls, formats, separators. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text out of a file or an error, as it may go to a terminal: characters that a terminal would obey stand as `\x1b` or `\u202e`. Time
 * and length are linear in the text's.
 */
export function printable(text: string): string {
  return text.replaceAll(OBEYED, escape);
}

/** Every line of a text {@link printable}, as lines of their own. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function escape(character: string): string {
  const short = SHORT[character];
  if (short) return short;
  const code = character.codePointAt(0)!.toString(16);
  if (code.length > 4) return `\\u{${code}}`;
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
}

/** The lines of a message joined to one, and that {@link printable}. */
export function printableLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return printable(lines.filter((line) => line !== '').join(' '));
}

/** The beginning of a text, {@link printable}, as it stands within a message. */
export function excerpt(text: string, length = 60): string {
  return text.length > length ? `${printable(text.slice(0, length))}…` : printable(text);
}
