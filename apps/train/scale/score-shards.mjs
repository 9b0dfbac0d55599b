// Scores a folder of Parquet shards with an ONNX file of `pushforward export`: worker i of n takes the shards i, i + n, i + 2n, …
//
// The scores of a shard are written beside their place and then renamed: they are there as a whole or not at all. A worker that is started again
// leaves out what is there, so that a killed one loses the shard that it was at and nothing else, and no row is scored twice.
//
//   node score-shards.mjs --model model.onnx --columns height,weight --shards in --out out --index 0 --of 4
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    /** The names of the columns of `x`, and of `context` if the model is given any, as `export` lists them. */
    columns: { type: 'string' },
    given: { type: 'string' },
    shards: { type: 'string' },
    out: { type: 'string' },
    // What Kubernetes calls the number of a pod in an indexed job.
    index: { type: 'string', default: process.env.JOB_COMPLETION_INDEX ?? '0' },
    of: { type: 'string', default: '1' },
  },
});
const missing = ['model', 'columns', 'shards', 'out'].filter((name) => options[name] === undefined);
if (missing.length > 0) {
  console.error(`score-shards: --${missing[0]} is missing`);
  process.exit(2);
}
const { model, shards, out, index, of } = options;
const columns = options.columns.split(',');
const given = options.given?.split(',') ?? [];

/** Rows that are scored at once. */
const BATCH = 8192;

await mkdir(out, { recursive: true });
// The workers share the cores out among them already.
const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
const mine = (await readdir(shards))
  .filter((name) => name.endsWith('.parquet'))
  .toSorted()
  .filter((_, i) => i % Number(of) === Number(index));
for (const name of mine) {
  const target = path.join(out, name);
  if (existsSync(target)) continue;
  const scores = await scoreShard(path.join(shards, name));
  await writeWhole(target, parquetWriteBuffer({ columnData: [{ name: 'log_prob', data: scores, type: 'FLOAT' }] }));
}

async function scoreShard(file) {
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const rows = Number(metadata.num_rows);
  const scores = new Float32Array(rows);
  const noise = uniformOf(path.basename(file));
  for (let start = 0; start < rows; start += BATCH) {
    const end = Math.min(start + BATCH, rows);
    const table = await readColumns(buffer, metadata, start, end);
    const feeds = { x: matrix(table, columns) };
    if (given.length > 0) feeds.context = matrix(table, given);
    if (session.inputNames.includes('uniform'))
      feeds.uniform = new Tensor('float32', Float32Array.from(feeds.x.data, noise), feeds.x.dims);
    const { log_prob } = await session.run(feeds);
    scores.set(log_prob.data, start);
  }
  return scores;
}

/** Some rows of the columns that the model takes. */
async function readColumns(file, metadata, rowStart, rowEnd) {
  const table = new Map([...columns, ...given].map((name) => [name, new Float32Array(rowEnd - rowStart)]));
  await parquetRead({
    file,
    metadata,
    columns: [...table.keys()],
    rowStart,
    rowEnd,
    compressors,
    onChunk: ({ columnName, columnData, rowStart: start }) => {
      const column = table.get(columnName);
      for (let i = 0; i < columnData.length; i++) {
        const row = start + i - rowStart;
        if (row >= 0 && row < column.length) column[row] = Number(columnData[i] ?? Number.NaN);
      }
    },
  });
  return table;
}

function matrix(table, names) {
  const parts = names.map((name) => table.get(name));
  const rows = parts[0].length;
  const values = new Float32Array(rows * names.length);
  for (const [i, part] of parts.entries())
    for (let row = 0; row < rows; row++) values[row * names.length + i] = part[row];
  return new Tensor('float32', values, [rows, names.length]);
}

/** Numbers from 0 to 1 that depend on the shard alone: scored again, a row has the same score. (The generator is mulberry32.) */
function uniformOf(name) {
  let state = createHash('sha256').update(name).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 8) / 2 ** 24;
  };
}

/** A file that is there as a whole, and on the disk, or not at all. */
async function writeWhole(target, content) {
  const beside = path.join(path.dirname(target), `.${path.basename(target)}.part`);
  const handle = await open(beside, 'w');
  try {
    await handle.writeFile(new Uint8Array(content));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, target);
}
