import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { affine, Chain, maf, MapContext, Sylvester } from '@pushforward/bijectors';
import { type Distribution, StandardNormal, Transformed } from '@pushforward/distributions';
import { saveModule } from '@pushforward/io/node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FLOW_NAMES } from '../../density/settings.js';
import { runCli } from '../../testing/run-cli.js';
import { writeBanana } from '../../testing/sample-files.js';

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
const matrix = (...values: number[]) => new Tensor('float32', values, [values.length / 2, 2]);
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

test('columns on a grid take the noise that they were trained with, and samples are values of the table', async () => {
  await save(flow(), {
    grid: [
      { start: 0, step: 1, steps: 500, parts: 1 },
      { start: 0, step: 1 / 3, steps: 900, seen: [0, 69.67, 70, 70.33] },
    ],
  });
  const { stdout } = await runCli(cwd, ['export', 'model', '--out', 'm.onnx']);
  expect(stdout).toContain('uniform [rows, 2]: numbers from 0 to 1');
  expect(stdout).toContain('"uniform": numpy.random.rand(*rows.shape).astype("float32")');
  const { log_prob } = await (await open('m.onnx')).run({ x: matrix(180, 75), uniform: matrix(0.5, 0) });
  await save(flow());
  writeFileSync(path.join(cwd, 'rows.csv'), '"height, cm",weight\n180.5,75\n');
  const score = (await runCli(cwd, ['score', 'model', '--data', 'rows.csv'])).stdout.split('\n')[1];
  expect(Number(log_prob.data[0])).toBeCloseTo(Number(score), 5);
  const drawn = await (await open('m-sampler.onnx')).run({ noise: matrix(0.07, 0.03) });
  expect(Object.keys(drawn)).toEqual(['x']);
  expect([...(drawn.x.data as Float32Array)]).toEqual([170, Math.fround(70.33)]);
});

test('a conditional model takes what is given, in the units of the table', async () => {
  const given = new MapContext(
    maf({ dim: 2, hidden: [4], contextDim: 1, init: 'orthogonal', seed: 0 }),
    affine({ loc: [1990], scale: [20] }),
  );
  await save(new Transformed(new StandardNormal(2), new Chain([given, units])), {
    given: [{ name: 'year', place: 1, low: 1970, high: 2020 }],
  });
  const { stdout } = await runCli(cwd, ['export', 'model', '--out', 'm.onnx']);
  expect(stdout).toContain('context [rows, 1]: year\n');
  expect(stdout).toContain('"context": given');
  // Names, as those of `columns`, by which a program takes the columns out of its table.
  for (const name of ['m.onnx', 'm-sampler.onnx'])
    expect(readFileSync(path.join(cwd, name)).includes('["year"]')).toBe(true);
  writeFileSync(path.join(cwd, 'rows.csv'), '"height, cm",year,weight\n180,2010,75\n150,1980,50\n');
  const scores = (await runCli(cwd, ['score', 'model', '--data', 'rows.csv'])).stdout.split('\n').slice(1, 3);
  const { log_prob } = await (
    await open('m.onnx')
  ).run({
    x: new Tensor('float32', [180, 75, 150, 50], [2, 2]),
    context: new Tensor('float32', [2010, 1980], [2, 1]),
  });
  scores.forEach((score, i) => expect(Number(log_prob.data[i])).toBeCloseTo(Number(score), 4));
});

test('every flow that train offers but any-order can be exported', async () => {
  writeBanana(path.join(cwd, 'banana.csv'), 60);
  for (const name of FLOW_NAMES.filter((flow) => flow !== 'any-order')) {
    const options = ['--flow', name, '--transforms', '1', '--hidden', '8', '--epochs', '1', '--out', name];
    expect((await runCli(cwd, ['train', '--data', 'banana.csv', ...options])).code).toBe(0);
    const { code, stderr } = await runCli(cwd, ['export', name, '--out', `${name}.onnx`]);
    expect([code, stderr]).toEqual([0, '']);
    const scores = (await runCli(cwd, ['score', name, '--data', 'banana.csv'])).stdout.trim().split('\n').slice(1);
    const rows = readFileSync(path.join(cwd, 'banana.csv'), 'utf8').trim().split('\n').slice(1);
    const x = new Tensor(
      'float32',
      rows.flatMap((row) => row.split(',').map(Number)),
      [60, 2],
    );
    const { log_prob } = await (await open(`${name}.onnx`)).run({ x });
    scores.forEach((score, i) =>
      expect(Math.abs(Number(log_prob.data[i]) - Number(score)), name).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(Number(score))),
      ),
    );
    const { x: drawn } = await (
      await open(`${name}-sampler.onnx`)
    ).run({ noise: new Tensor('float32', [0, 0], [1, 2]) });
    expect([...(drawn.data as Float32Array)].every(Number.isFinite)).toBe(true);
  }
}, 120_000);

test('a model that has no form in ONNX leaves no file', async () => {
  await save(new Transformed(new StandardNormal(2), new Sylvester({ dim: 2, units: 1 })));
  const { code, stderr } = await runCli(cwd, ['export', 'model', '--out', 'm.onnx']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: model: Sylvester cannot be exported; what can: .*\n$/);
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
