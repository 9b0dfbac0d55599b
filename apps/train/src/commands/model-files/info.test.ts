import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StandardNormal } from '@pushforward/distributions';
import { saveModule } from '@pushforward/io/node';
import type { Json } from '@pushforward/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { main } from '../../cli.js';
import { runCli } from '../../testing/run-cli.js';

const HOSTILE = 'x\u001b]0;owned\u0007\u009b31m\ny';
const SHOWN = 'x\\x1b]0;owned\\x07\\x9b31m\\ny';
const notes = {
  kind: 'flow',
  columns: [HOSTILE, 'b'],
  trainedOn: HOSTILE,
  rows: 3,
  testLogLikelihood: null,
  commandLine: HOSTILE,
};

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function save(metadata: Json): Promise<void> {
  await saveModule(new StandardNormal(2), path.join(cwd, 'model'), { metadata });
}

test('shows notes of a file without obeying them', async () => {
  await save(notes);
  const { code, stdout, stderr } = await runCli(cwd, ['info', 'model']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`columns               2: ${SHOWN}, b\n`);
  expect(stdout).toContain(`trained on            ${SHOWN}\n`);
  expect(stdout).toContain('test log-likelihood   not finite\n');
  expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}]/u);
});

test('sample keeps names as they are in a file, and shows them on a terminal', async () => {
  await save(notes);
  expect((await runCli(cwd, ['sample', 'model', '--count', '1'])).stdout).toContain('\u001b');
  let shown = '';
  const output = { write: (text: string) => void (shown += text), isTTY: true };
  const code = await main(['sample', 'model', '--count', '1'], {
    cwd,
    stdout: output,
    stderr: output,
    signal: new AbortController().signal,
    commandPrefix: '',
  });
  expect(code).toBe(0);
  expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}]/u);
});

test.each<[Json, string]>([
  [null, 'model: is a module that another program saved, not a model of this one'],
  [{ kind: 'digits' }, 'model: is a module that another program saved, not a model of this one'],
  [
    { ...notes, columns: ['a'] },
    `${path.join('model', 'weights.safetensors')}: the note "columns" must be 2 names, got ["a"]`,
  ],
  [
    { ...notes, rows: HOSTILE },
    `${path.join('model', 'weights.safetensors')}: the note "rows" must be a whole number of at least 1, got "x\\u001b]0;owned\\u0007\\x9b31m\\ny"`,
  ],
])('notes %j are refused in one line', async (metadata, message) => {
  await save(metadata);
  expect(await runCli(cwd, ['info', 'model'])).toEqual({ code: 1, stdout: '', stderr: `error: ${message}\n` });
});

test('errors show what the user typed without obeying it', async () => {
  for (const debug of [[], ['--debug']]) {
    const { stderr } = await runCli(cwd, ['info', HOSTILE, ...debug]);
    expect(stderr).toContain('\\x1b]0;owned\\x07');
    expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}]/u);
  }
});
