import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCsv } from '../../testing/parse-csv.js';
import { runCli } from '../../testing/run-cli.js';

const fixtures = path.resolve(import.meta.dirname, '../../../../../packages/import/fixtures');

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

const copy = (...files: string[]) =>
  files.forEach((file) => copyFileSync(path.join(fixtures, file), path.join(cwd, file)));
const expectedOf = (name: string) =>
  JSON.parse(readFileSync(path.join(fixtures, `${name}.expected.json`), 'utf8')) as {
    x: number[][];
    context?: number[][];
    logProb: number[];
  };
const write = (header: string, rows: readonly number[][]) =>
  writeFileSync(path.join(cwd, 'rows.csv'), `${[header, ...rows].join('\n')}\n`);

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(cwd, args);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** The model whose scores PyTorch knows, and what they are there. */
async function expectScores(given: readonly number[], expected: readonly number[], tolerance: number): Promise<void> {
  expect(given.length).toBe(expected.length);
  for (const [i, value] of given.entries())
    expect(Math.abs(value - expected[i])).toBeLessThan(tolerance * (1 + Math.abs(expected[i])));
}

test('a spline flow that zuko trained has the same scores here, and in onnxruntime', async () => {
  copy('zuko-nsf.pt');
  const { x, logProb } = expectedOf('zuko-nsf');
  expect(await run('import', 'zuko-nsf.pt', '--columns', 'a,b', '--out', 'moons')).toMatch(
    /^moons: the density of a, b, with [\d,]+ parameters\n$/,
  );
  write('a,b', x);
  const scores = async (...options: string[]) => [
    ...parseCsv(await run('score', 'moons', '--data', 'rows.csv', ...options), 'scores').values,
  ];
  await expectScores(await scores(), logProb, 1e-5);
  await expectScores(await scores('--precision', 'float64'), logProb, 1e-12);
  expect(await run('info', 'moons')).toContain('zuko-nsf.pt, imported');

  await run('export', 'moons', '--out', 'moons.onnx');
  const session = await InferenceSession.create(path.join(cwd, 'moons.onnx'));
  const input = new Tensor('float32', Float32Array.from(x.flat()), [x.length, 2]);
  const { log_prob: exported } = await session.run({ x: input });
  await expectScores([...(exported.data as Float32Array)], logProb, 1e-5);
});

test('a posterior that sbi trained is conditional, and draws', async () => {
  copy('sbi-nsf.safetensors', 'sbi-nsf.json');
  const { x, context, logProb } = expectedOf('sbi-nsf');
  await run('import', 'sbi-nsf.safetensors', '--columns', 'a,b,c', '--given', 's,t,u,v', '--out', 'posterior');
  write(
    'v,u,t,s,a,b,c',
    x.map((row, i) => [...context![i].toReversed(), ...row]),
  );
  await expectScores(
    [...parseCsv(await run('score', 'posterior', '--data', 'rows.csv'), 'scores').values],
    logProb,
    1e-5,
  );
  const drawn = parseCsv(await run('sample', 'posterior', '--given', 's=0.5,t=100,u=0,v=1', '--count', '5'), 'drawn');
  expect(drawn.rows).toBe(5);
  expect(await run('info', 'posterior')).toContain('4: s, t, u, v');
});

describe('what cannot be imported is refused in one line, and leaves nothing behind', () => {
  test.each<[string, string[], number, string]>([
    ['a whole model', ['module.pt'], 1, 'module.pt: bytes must hold nothing but tensors by name'],
    [
      'arrays without a description',
      ['checkpoint.pt'],
      1,
      'checkpoint.pt, without checkpoint.json: arrays must be those of a zuko flow',
    ],
    ['a file that is not there', ['none.pt'], 1, 'none.pt: no such file'],
    ['another kind of file', ['rows.csv'], 2, 'rows.csv: must end in .safetensors, .pt or .pth'],
    ['too few names', ['zuko-nsf.pt', '--columns', 'a'], 2, '--columns must name 2 columns, got 1'],
    [
      'a name twice',
      ['zuko-nsf.pt', '--columns', 'a,a'],
      2,
      '--columns and --given must name each column once, got a twice',
    ],
  ])('%s', async (_, args, code, message) => {
    copy('module.pt', 'checkpoint.pt', 'zuko-nsf.pt');
    const result = await runCli(cwd, ['import', ...args, '--out', 'model']);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(/^error: .*\n$/);
    expect(result.stderr).toContain(message);
    expect(existsSync(path.join(cwd, 'model'))).toBe(false);
  });
});
