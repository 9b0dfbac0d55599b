import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { foldIn, key } from '@pushforward/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from '../../apps/train/src/cli.js';
import { runCli } from '../../apps/train/src/testing/run-cli.js';
import { writeBanana } from '../../apps/train/src/testing/sample-files.js';
import { mutate } from './mutate.js';

const CASES = Number(process.env.PUSHFORWARD_CASES ?? 40);
/** What takes longer hangs; a machine that is busy with other tests takes its time. */
const LONGEST_MS = 20_000;

let cwd: string;
let whole: Buffer;
const weights = () => readFileSync(path.join(cwd, 'run', 'model', 'weights.safetensors'));

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  writeBanana(path.join(cwd, 'banana.csv'), 60);
  const train = [
    'train',
    '--data',
    'banana.csv',
    '--transforms',
    '1',
    '--hidden',
    '4',
    '--epochs',
    '2',
    '--batch',
    '16',
    '--out',
    'run',
  ];
  expect((await runCli(cwd, train)).code).toBe(0);
  whole = weights();
  rmSync(path.join(cwd, 'run'), { recursive: true });
  expect((await runCli(cwd, train, { stopAt: ' % ' })).code).toBe(130);
  cpSync(path.join(cwd, 'run'), path.join(cwd, 'stopped'), { recursive: true });
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** Resumes the run with one of its files damaged. */
async function resumeWith(file: string, bytes: Uint8Array) {
  rmSync(path.join(cwd, 'run'), { recursive: true });
  cpSync(path.join(cwd, 'stopped'), path.join(cwd, 'run'), { recursive: true });
  writeFileSync(path.join(cwd, 'run', file), bytes);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort('SIGINT'), LONGEST_MS);
  let stderr = '';
  const started = performance.now();
  const code = await main(['--resume', 'run'], {
    cwd,
    stdout: { write: () => {} },
    stderr: { write: (text) => void (stderr += text) },
    signal: stop.signal,
    commandPrefix: 'pushforward',
  });
  clearTimeout(timer);
  return { code, stderr, took: performance.now() - started };
}

test.each([
  ['run.json', 1],
  [path.join('state', 'begun.json'), 2],
  [path.join('state', 'model.checkpoint.safetensors'), 3],
])(
  `%s, damaged in ${CASES} ways, is refused in one line, or the run comes to its end`,
  { timeout: 60_000 + CASES * 1000 },
  async (file, seed) => {
    const bytes = readFileSync(path.join(cwd, 'stopped', file));
    let refused = 0;
    for (let i = 0; i < CASES; i++) {
      const damaged = mutate(bytes, foldIn(key(seed), i));
      const { code, stderr, took } = await resumeWith(file, damaged);
      const what = `case ${i} of seed ${seed}: ${stderr}`;
      expect(took, what).toBeLessThan(LONGEST_MS);
      if (code === 0) {
        expect(weights().equals(whole), what).toBe(true);
        continue;
      }
      refused++;
      expect(code, what).toBe(1);
      expect(stderr, what).toMatch(/(^|\n)error: [^\p{Cc}]+\n$/u);
      expect(stderr, what).not.toMatch(
        /Cannot read prop|is not a function|is not iterable|undefined \(reading|Maximum call stack|Invalid array length/,
      );
    }
    expect(refused).toBeGreaterThan(CASES / 4);
  },
);
