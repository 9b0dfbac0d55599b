// Runs the workers of score-shards.mjs on this machine, and starts those again that end before their work is done: what a Kubernetes job does on many.
//
//   node run-workers.mjs --workers 4 -- --model model.onnx --columns height,weight --shards in --out out
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: String(availableParallelism()) },
    /** How often a worker is started again. */
    retries: { type: 'string', default: '6' },
  },
});
const worker = path.join(import.meta.dirname, 'score-shards.mjs');

/** Whether a worker has done its work in the end. */
function run(index, retries) {
  const place = ['--index', String(index), '--of', options.workers];
  const child = spawn(process.execPath, [worker, ...positionals, ...place], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(`worker ${index} is process ${child.pid}`);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      if (code === 0) return resolve(true);
      console.error(`worker ${index} ended with ${signal ?? code}`);
      // An invalid command line does not become valid.
      resolve(code !== 2 && retries > 0 ? run(index, retries - 1) : false);
    });
  });
}

const done = await Promise.all(
  Array.from({ length: Number(options.workers) }, (_, index) => run(index, Number(options.retries))),
);
process.exitCode = done.every(Boolean) ? 0 : 1;
