import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from './testing/run-cli.js';

const page = 'docs/if-something-goes-wrong.md';
const text = readFileSync(path.resolve(import.meta.dirname, '../../..', page), 'utf8');

/** The ```sh blocks that run the program, under the headings they stand below. */
const blocks = text
  .split(/^### /m)
  .slice(1)
  .flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n'));
    return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, body]) => ({
      title,
      lines: body.trimEnd().split('\n'),
    }));
  })
  .filter(({ lines }) => lines.some((line) => line.startsWith('pushforward ')));

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
