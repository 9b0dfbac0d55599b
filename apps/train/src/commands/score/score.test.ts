import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { affine, Chain, iaf, lstmMaf, type Bijector } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { float64Density } from '@pushforward/distributions/float64';
import { saveModule } from '@pushforward/io/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ontoSupports } from '../../columns/kinds/real-line.js';
import { parseCsv } from '../../testing/parse-csv.js';
import { runCli } from '../../testing/run-cli.js';

const circle = { kind: 'circular', low: 0, high: 24, centre: 12 } as const;
const notes = {
  kind: 'flow',
  columns: ['time', 'hour'],
  trainedOn: 'a.csv',
  rows: 3,
  testLogLikelihood: -1.5,
  commandLine: 'train',
};

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

/** Of seconds since 1970, which float32 tells apart by two minutes. */
const flow = (...parts: Bijector[]) =>
  new Transformed(new StandardNormal(2), new Chain([...parts, affine({ loc: [1.7e9, 0], scale: [1e5, 1] })]));
const score = async (...options: string[]) => {
  const result = await runCli(cwd, ['score', 'model', '--data', 'rows.csv', ...options]);
  return { ...result, values: parseCsv(result.stdout || 'x\n0\n', 'scores').values };
};

test('float64 keeps the digits that float32 loses, and says how many that are', async () => {
  const model = flow(iaf({ dim: 2, hidden: [4], seed: 0 }));
  await saveModule(model, path.join(cwd, 'model'), { metadata: notes });
  writeFileSync(path.join(cwd, 'rows.csv'), 'time,hour\n1700000050,1\n1700000100,1\n');
  const { values, stderr } = await score('--precision', 'float64');
  const density = await float64Density(model);
  expect([...values]).toEqual([...density.logProb(Float64Array.of(1700000050, 1, 1700000100, 1))]);
  expect(values[0]).toBeGreaterThan(values[1]);
  expect(stderr).toMatch(/^rows\.csv: float32 is off by \d\.\de-\d nats at most, by \d\.\de-\d in the median\n$/);
  const single = await score();
  expect(single.stderr).toBe('');
  expect(single.values[0]).toBeCloseTo(values[0], 3);
});

test('angles have the density of all their places, and values on a grid the same noise', async () => {
  const bijector = new Chain([iaf({ dim: 2, hidden: [4], seed: 0 }), ontoSupports([null, circle])!]);
  const grid = [
    { start: 0, step: 1 },
    { start: 0, step: 0 },
  ];
  const metadata = { ...notes, grid, kinds: [null, circle] };
  await saveModule(new Transformed(new StandardNormal(2), bijector), path.join(cwd, 'model'), { metadata });
  writeFileSync(path.join(cwd, 'rows.csv'), 'time,hour\n1,23.9\n0,0.1\n-1,12\n');
  const [single, double] = [await score('--seed', '3'), await score('--seed', '3', '--precision', 'float64')];
  for (const [i, value] of double.values.entries()) expect(single.values[i]).toBeCloseTo(value, 4);
  expect(Number(/at most, by (\S+)/.exec(double.stderr)![1])).toBeLessThan(1e-4);
});

test('a model without a form in float64 is refused by name', async () => {
  await saveModule(flow(lstmMaf({ dim: 2, hidden: [4], seed: 0 })), path.join(cwd, 'model'), { metadata: notes });
  writeFileSync(path.join(cwd, 'rows.csv'), 'time,hour\n1,1\n');
  const { code, stderr } = await score('--precision', 'float64');
  expect([code, stderr]).toEqual([1, 'error: model: LstmConditioner has no formula in float64\n']);
});
