import { expect, test } from 'vitest';
import { excerpt, printable, printableLine, printableLines } from './printable.js';

test('what a terminal obeys is shown instead', () => {
  expect(printable('a\u001b[31mred\u0007\n\r\t\u009bz\u202eabc\u2028')).toBe(
    'a\\x1b[31mred\\x07\\n\\r\\t\\x9bz\\u202eabc\\u2028',
  );
  expect(printable('Größe, m² – 日本 😀 \\ "')).toBe('Größe, m² – 日本 😀 \\ "');
});

test('no character that comes out is a control character', () => {
  const shown = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) =>
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(printable(String.fromCodePoint(code))),
  );
  expect(shown).toEqual([]);
  expect(printable('\u{e0041}')).toBe('\\u{e0041}');
});

test('lines stay lines where they may', () => {
  expect(printableLines('a\u001b\nb\n')).toBe('a\\x1b\nb\n');
});

test('lines are joined', () => {
  expect(printableLine('  first \n\n   second\r\nthird\n')).toBe('first second third');
});

test('an excerpt is cut before it is escaped', () => {
  expect(excerpt('abc', 3)).toBe('abc');
  expect(excerpt('\u001b\u001b\u001b\u001b', 3)).toBe('\\x1b\\x1b\\x1b…');
});

test('takes time in proportion to the text', () => {
  const started = performance.now();
  for (const hostile of [' '.repeat(2e6), '\n'.repeat(2e6), ` \n`.repeat(1e6), '\u001b'.repeat(1e6)])
    printableLine(`a${hostile}b`);
  expect(performance.now() - started).toBeLessThan(4000);
});
