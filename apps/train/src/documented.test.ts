import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from './testing/run-cli.js';

const page = 'docs/if-something-goes-wrong.md';

const textOf = (file: string) => readFileSync(path.resolve(import.meta.dirname, '../../..', file), 'utf8');

/** The lines of each ```sh block of a text that runs the program. */
const blocksOf = (text: string) =>
  [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .map(([, body]) => body.trimEnd().split('\n'))
    .filter((lines) => lines.some((line) => line.startsWith('pushforward ')));

/** The blocks under the headings they stand below. */
const blocks = textOf(page)
  .split(/^### /m)
  .slice(1)
  .flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n'));
    return blocksOf(section).map((lines) => ({ title, lines }));
  });

/** Words of a command line; quotes group them. */
const words = (line: string) => (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));

describe(`${page}: what the command prints`, () => {
  test('the page shows commands', () => expect(blocks.length).toBeGreaterThan(4));

  test.each(blocks)('$title', async ({ lines }) => {
    const cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
    try {
      for (const line of lines) {
        const [command, expected] = line.split(' # ');
        if (!command.startsWith('pushforward ')) {
          execFileSync('bash', ['-c', command], { cwd });
          continue;
        }
        const { stdout, stderr } = await runCli(cwd, words(command).slice(1));
        expect(`${stdout}${stderr}`).toContain(expected);
      }
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});

/** How the commands of the other pages are run: on small tables that have the columns they name, and with little training. */
const columns: Record<string, (row: number) => number | string> = {
  a: (row) => Math.sin(7 * row * row),
  b: (row) => Math.cos(13 * row * row),
  age: (row) => 40 + 20 * Math.sin(7 * row * row),
  rate: (row) => 0.5 + 0.4 * Math.cos(13 * row * row),
  visits: (row) => row % 7,
  grade: (row) => 1 + (row % 4),
  hour: (row) => 12 + 11 * Math.sin(17 * row * row),
  year: (row) => 1990 + (row % 35),
  size: (row) => 1.5 + Math.sin(19 * row * row),
  price: (row) => 3 + Math.cos(23 * row * row),
  height: (row) => 1.7 + 0.1 * Math.sin(7 * row * row),
  weight: (row) => 70 + 10 * Math.cos(13 * row * row),
  city: (row) => ['Oslo', 'Bergen', 'Ås'][(row * row) % 3],
  type: (row) => ['house', 'flat'][row % 2],
  income: (row) => (row % 5 === 0 ? '' : 3 + Math.sin(29 * row * row)),
};
const files = {
  'table.csv': ['a', 'b'],
  'other.csv': ['a', 'b'],
  'fresh.csv': ['a', 'b'],
  'people.csv': ['age', 'rate', 'visits', 'grade', 'city', 'hour'],
  'patients.csv': ['height', 'weight'],
  'homes.csv': ['year', 'size', 'price'],
  'flats.csv': ['city', 'type', 'year', 'price'],
  'messy.csv': ['city', 'income', 'price'],
  'sold.csv': ['year', 'size', 'price'],
  'planned.csv': ['year', 'size'],
};

/** A flow of two numbers, under the name that the pages have for it. */
const trainedInPyTorch = path.resolve(import.meta.dirname, '../../../packages/import/fixtures/zuko-nsf');

const pages = [
  'apps/train/README.md',
  'docs/own-data.md',
  'docs/conditional-densities.md',
  'docs/from-pytorch.md',
  'docs/is-the-model-right.md',
];

describe.each(pages)('%s: its commands', (file) => {
  test.each(blocksOf(textOf(file)).map((lines) => ({ lines })))('$lines.0', async ({ lines }) => {
    const cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
    try {
      for (const [name, header] of Object.entries(files)) {
        const rows = Array.from({ length: 200 }, (_, row) => header.map((column) => columns[column](row)).join(','));
        writeFileSync(path.join(cwd, name), `${header.join(',')}\n${rows.join('\n')}\n`);
      }
      for (const ending of ['pt', 'safetensors', 'json'])
        cpSync(`${trainedInPyTorch}.${ending}`, path.join(cwd, `flow.${ending}`));
      for (const line of lines) {
        const [, ...args] = words(line.replace(/\s+#.*$/, ''));
        // Alone it trains on digits, and a server runs until it is stopped: tests of their own do that.
        if (args.length === 0 || args[0] === 'serve') continue;
        const { code, stderr } = await runCli(cwd, args[0] === 'train' ? [...args, '--epochs', '2'] : args);
        expect(`${code} ${code === 0 ? '' : stderr}`, line).toBe('0 ');
      }
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});
