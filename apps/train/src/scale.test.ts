import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { exportOnnx } from '@pushforward/onnx';
import { key, normal } from '@pushforward/tensor';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, expect, test } from 'vitest';

const scripts = path.resolve(import.meta.dirname, '..', 'scale');
const SHARDS = 16;
const DIM = 3;
const NAMES = ['a', 'b', 'c'];

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

/** Shards of several lengths, of `length` rows and more, each with its scores by the library. */
async function writeShards(length: number): Promise<Map<string, Float32Array>> {
  const flow = new Transformed(new StandardNormal(DIM), maf({ dim: DIM, hidden: [64], init: 'orthogonal', seed: 0 }));
  writeFileSync(path.join(cwd, 'model.onnx'), await exportOnnx(flow));
  mkdirSync(path.join(cwd, 'shards'));
  const scores = new Map<string, Float32Array>();
  for (let shard = 0; shard < SHARDS; shard++) {
    const rows = length + shard;
    const drawn = normal(key(shard), [rows, DIM]);
    const values = await drawn.data<'float32'>();
    drawn.dispose();
    const column = (i: number) => Float32Array.from({ length: rows }, (_, row) => values[row * DIM + i]);
    // In another order than the model's, beside one that it does not take.
    const columnData = [
      { name: 'id', data: Int32Array.from({ length: rows }, (_, row) => row), type: 'INT32' as const },
      ...NAMES.map((name, i) => ({ name, data: column(i), type: 'FLOAT' as const })).toReversed(),
    ];
    const name = `part-${String(shard).padStart(2, '0')}.parquet`;
    const file = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 4000 }));
    writeFileSync(path.join(cwd, 'shards', name), file);
    scores.set(
      name,
      tidy(() => flow.logProb(tensor2d(values, [rows, DIM])).dataSync<'float32'>()),
    );
  }
  flow.dispose();
  return scores;
}

const given = ['--model', 'model.onnx', '--columns', NAMES.join(','), '--shards', 'shards', '--out', 'scores'];

/** Starts the workers; `pids` are the processes that they are at the moment. */
function startWorkers(retries: number): { child: ChildProcess; pids: Map<string, number>; output: () => string } {
  const launcher = [path.join(scripts, 'run-workers.mjs'), '--workers', '2', '--retries', String(retries)];
  const child = spawn(process.execPath, [...launcher, '--', ...given], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const pids = new Map<string, number>();
  let output = '';
  child.stderr.on('data', (text) => (output += text));
  child.stdout.on('data', (text) => {
    for (const [, worker, pid] of String(text).matchAll(/worker (\d+) is process (\d+)/g))
      pids.set(worker, Number(pid));
  });
  return { child, pids, output: () => output };
}

const done = () => {
  try {
    return readdirSync(path.join(cwd, 'scores')).filter((name) => name.endsWith('.parquet') && !name.startsWith('.'));
  } catch {
    return [];
  }
};

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('workers that are killed lose no row and double none', async () => {
  // So many rows that a worker is killed amid them.
  const expected = await writeShards(9000);
  const { child, pids, output } = startWorkers(6);
  const exit = once(child, 'exit');
  // At three places of the run, whatever the worker is doing there: the one that has most to do.
  for (const count of [2, 5, 9]) {
    await until(() => done().length >= count);
    const ofFirst = done().filter((name) => Number(name.slice(5, 7)) % 2 === 0).length;
    const worker = ofFirst < done().length / 2 ? '0' : '1';
    const pid = pids.get(worker)!;
    process.kill(pid, 'SIGKILL');
    await until(() => pids.get(worker) !== pid);
  }
  const early = new Map(done().map((name) => [name, statSync(path.join(cwd, 'scores', name)).mtimeMs]));
  const [code] = await exit;
  expect(code, output()).toBe(0);
  expect(output().match(/ended with SIGKILL/g)).toHaveLength(3);
  // What is left beside is nothing, and what was there has not been written again.
  expect(readdirSync(path.join(cwd, 'scores')).toSorted()).toEqual([...expected.keys()]);
  for (const [name, time] of early) expect(statSync(path.join(cwd, 'scores', name)).mtimeMs).toBe(time);
  for (const [name, scores] of expected) {
    const file = new Uint8Array(readFileSync(path.join(cwd, 'scores', name))).buffer;
    const found = (await parquetReadObjects({ file })).map(({ log_prob }) => log_prob as number);
    expect(found).toHaveLength(scores.length);
    expect(found.findIndex((score, row) => !(Math.abs(score - scores[row]) < 1e-4))).toBe(-1);
  }
}, 120_000);

test('what cannot be scored is tried again so many times, and then said', async () => {
  await writeShards(10);
  writeFileSync(path.join(cwd, 'shards', 'part-03.parquet'), 'PAR1 but no more');
  const { child, output } = startWorkers(1);
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(output().match(/worker 1 ended with 1/g)).toHaveLength(2);
  expect(done()).toHaveLength(SHARDS / 2 + 1);

  const invalid = spawn(process.execPath, [path.join(scripts, 'score-shards.mjs')], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  invalid.stderr.on('data', (part) => (text += part));
  expect(await once(invalid, 'close')).toEqual([2, null]);
  expect(text).toBe('score-shards: --model is missing\n');
});
