import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, '.cache', 'examples');

interface Example {
  title: string;
  code: string;
}

/** The ```ts blocks of a Markdown text, or of the doc comments of a source file. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const inComments = file.endsWith('.ts');
  const block = inComments ? /^[ \t]*\* ```ts\n([\s\S]*?)^[ \t]*\* ```$/gm : /^```ts\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(block)].map(([, body], i) => ({
    title: `${file} ${i + 1}`,
    code: inComments ? body.replaceAll(/^[ \t]*\* ?/gm, '') : body,
  }));
}

/** What the comments behind `console.log(…);` say is printed, if every call has one. `about` allows numbers to differ by a thousandth. */
function expectedOutput(code: string): string[] | null {
  const calls = code.match(/^.*console\.log\(.*$/gm) ?? [];
  const comments = calls.map((line) => /; \/\/ (.*)$/.exec(line)?.[1]);
  return calls.length > 0 && comments.every((comment) => comment !== undefined) ? comments : null;
}

const numbersOf = (line: string) => (line.match(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? []).map(Number);
const withoutSpace = (line: string) => line.replaceAll(/\s/g, '');

const documented = /^(README\.md|docs\/[^/]+\.md|packages\/[^/]+\/(README\.md|src\/.*(?<!\.test)\.ts))$/;
const files = ['README.md', ...['docs', 'packages'].flatMap((top) => listFiles(top))].filter((file) =>
  documented.test(file),
);
const examples = files.toSorted().flatMap(examplesOf);

function listFiles(directory: string): string[] {
  return readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const file = `${directory}/${entry.name}`;
    return entry.isDirectory() ? listFiles(file) : [file];
  });
}

describe('every example runs and prints what it says', () => {
  afterEach(() => vi.restoreAllMocks());

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });

  test.each(examples)('$title', async ({ title, code }) => {
    const printed: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(format(...values)));
    const file = path.join(folder, `${title.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.ts`);
    writeFileSync(file, `export {};\n${code}`);
    await import(file);
    const expected = expectedOutput(code);
    if (!expected) return;
    expect(printed).toHaveLength(expected.length);
    for (const [i, line] of expected.entries()) {
      if (line.startsWith('about ')) await expect(numbersOf(printed[i])).toBeAllClose(numbersOf(line), { rtol: 1e-3 });
      else expect(withoutSpace(printed[i])).toBe(withoutSpace(line));
    }
  });
});
