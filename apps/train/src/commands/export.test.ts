import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { affine, Chain, lstmMaf, maf } from '@pushforward/bijectors';
import { type Distribution, StandardNormal, Transformed } from '@pushforward/distributions';
import { saveModule } from '@pushforward/io/node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../testing/run-cli.js';

const notes = {
  kind: 'flow',
  columns: ['height, cm', 'weight'],
  trainedOn: 'a.csv',
  rows: 3,
  testLogLikelihood: -1.5,
  commandLine: 'train',
};
const units = affine({ loc: [170, 70], scale: [10, 15] });
const flow = () => new Transformed(new StandardNormal(2), new Chain([maf({ dim: 2, hidden: [4], seed: 0 }), units]));

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const save = (model: Distribution, more = {}) =>
  saveModule(model, path.join(cwd, 'model'), { metadata: { ...notes, ...more } });
const open = (name: string) => InferenceSession.create(path.join(cwd, name));

test('the density of rows in the units of the file is what score says, and the sampler gives such rows', async () => {
  await save(flow());
  const { code, stdout, stderr } = await runCli(cwd, ['export', 'model', '--out', 'm.onnx']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('x [rows, 2]: height, cm, weight\n');
  expect(stdout).toContain(
    'log_prob, = onnxruntime.InferenceSession("m.onnx").run(None, {"x": rows.astype("float32")})\n',
  );
  writeFileSync(path.join(cwd, 'rows.csv'), '"height, cm",weight\n180,75\n150,50\n');
  const scores = (await runCli(cwd, ['score', 'model', '--data', 'rows.csv'])).stdout
    .split('\n')
    .slice(1, 3)
    .map(Number);
  const x = new Tensor('float32', [180, 75, 150, 50], [2, 2]);
  const { log_prob } = await (await open('m.onnx')).run({ x });
  scores.forEach((score, i) => expect(Number(log_prob.data[i])).toBeCloseTo(score, 4));
  const noise = new Tensor('float32', [0, 0], [1, 2]);
  const drawn = await (await open('m-sampler.onnx')).run({ noise });
  expect([...(drawn.x.data as Float32Array)]).toEqual([170, 70]);
});

test('says what is to be done with columns on a grid', async () => {
  await save(flow(), {
    grid: [
      { start: 0, step: 1 },
      { start: 0, step: 0 },
    ],
  });
  expect((await runCli(cwd, ['export', 'model', '--out', 'm.onnx'])).stdout).toContain(
    'uniform noise of one step of the grid',
  );
});

test('a model that has no form in ONNX leaves no file', async () => {
  await save(new Transformed(new StandardNormal(2), lstmMaf({ dim: 2 })));
  const { code, stderr } = await runCli(cwd, ['export', 'model', '--out', 'm.onnx']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: model: LstmConditioner cannot be exported; what can: .*\n$/);
  expect(readdirSync(cwd)).toEqual(['model']);
});

test('replaces files only when forced, and wants their ending', async () => {
  await save(flow());
  expect((await runCli(cwd, ['export', 'model', '--out', 'm.bin'])).stderr).toBe(
    'error: --out m.bin: must end in .onnx\n',
  );
  writeFileSync(path.join(cwd, 'm-sampler.onnx'), '');
  const { code, stderr } = await runCli(cwd, ['export', 'model', '--out', 'm.onnx']);
  expect([code, stderr]).toEqual([
    1,
    'error: m-sampler.onnx: exists already; --force replaces it, --out chooses another\n',
  ]);
  expect((await runCli(cwd, ['export', 'model', '--out', 'm.onnx', '--force'])).code).toBe(0);
  expect(statSync(path.join(cwd, 'm-sampler.onnx')).size).toBeGreaterThan(0);
});
