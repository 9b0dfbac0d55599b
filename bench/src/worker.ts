// The process of this project's side and of the stock one: sets operations up when told to, and times as many runs as it is asked for.
//
//   node worker.js ours|stock THREADS
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createInterface } from 'node:readline';
import { describeBackend } from '@pushforward/tensor';
import type { FlowOperation, Operation } from './operation.js';
import { prepareOurs, startOurs } from './ours.js';
import type { Answer, Request } from './protocol.js';
import { prepareStock } from './stock.js';

const [library, threads] = process.argv.slice(2);
tf.enableProdMode();
if (library === 'ours') await startOurs(Number(threads));
else await tf.setBackend('wasm');

const prepared = new Map<Operation, () => void>();

function serve(request: Request): void {
  if ('prepare' in request) {
    const { prepare, size } = request;
    prepared.set(
      prepare,
      library === 'ours' ? prepareOurs(prepare, size) : prepareStock(prepare as FlowOperation, size),
    );
    return;
  }
  const run = prepared.get(request.run)!;
  for (let i = 0; i < request.runs; i++) run();
}

function answer(milliseconds: number): void {
  const backend = library === 'ours' ? describeBackend() : undefined;
  const result: Answer = { milliseconds, backend, peakBytes: process.resourceUsage().maxRSS * 1024 };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

answer(0);
for await (const line of createInterface({ input: process.stdin })) {
  const started = performance.now();
  serve(JSON.parse(line) as Request);
  answer(performance.now() - started);
}
