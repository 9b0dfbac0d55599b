import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findExamples } from '../../scripts/shared/examples.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, '.cache', 'examples');

/** What the comments behind `console.log(…);` say is printed, if every call has one. `about` allows numbers to differ by a thousandth. */
function expectedOutput(code: string): string[] | null {
  const calls = code.match(/^.*console\.log\(.*$/gm) ?? [];
  const comments = calls.map((line) => /; \/\/ (.*)$/.exec(line)?.[1]);
  return calls.length > 0 && comments.every((comment) => comment !== undefined) ? comments : null;
}

const numbersOf = (line: string) => (line.match(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? []).map(Number);
const withoutSpace = (line: string) => line.replaceAll(/\s/g, '');

/** Tests that the examples with the titles that a filter takes run and print what they say. */
export function runExamples(filter: (title: string) => boolean): void {
  describe('every example runs and prints what it says', () => {
    afterEach(() => vi.restoreAllMocks());

    mkdirSync(folder, { recursive: true });

    const examples = findExamples().filter(({ title }) => filter(title));
    // The tutorial's program trains five models.
    test.each(examples)('$title', { timeout: 300_000 }, async ({ fileName, code }) => {
      const printed: string[] = [];
      vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(format(...values)));
      const file = path.join(folder, fileName);
      writeFileSync(file, code);
      await import(file);
      const expected = expectedOutput(code);
      if (!expected) return;
      expect(printed).toHaveLength(expected.length);
      for (const [i, line] of expected.entries()) {
        if (line.startsWith('about '))
          await expect(numbersOf(printed[i])).toBeAllClose(numbersOf(line), { rtol: 1e-3 });
        else expect(withoutSpace(printed[i])).toBe(withoutSpace(line));
      }
    });
  });
}
