// The process of every side that is JavaScript: sets operations up when told to, and times as many runs as it is asked for.
//
//   node worker.js ours|webgpu|stock|tensorflow|onnxruntime|loops THREADS
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createInterface } from 'node:readline';
import { describeBackend, useBackend } from '@pushforward/tensor';
import { pathToFileURL } from 'node:url';
import { prepareLoops } from './loops.js';
import { prepareConvolution } from './convolution.js';
import type { EventOperation, Operation } from '../operation.js';
import { prepareOurs, startOurs } from './ours.js';
import type { Answer, Request } from '../protocol.js';
import { tensorflow, webgpu } from '../side.js';
import { type AnySize, isOfImages, type Size } from '../size.js';
import { prepareStock } from './stock.js';

const [library, threads] = process.argv.slice(2);
tf.enableProdMode();
if (library === 'ours') await startOurs(Number(threads));
else if (library === 'webgpu') await startOnGpu();
else if (library === 'tensorflow') {
  await import(pathToFileURL(tensorflow).href);
  await tf.setBackend('tensorflow');
} else await tf.setBackend('wasm');

const prepare = {
  ours: prepareOurs,
  webgpu: prepareOurs,
  stock: prepareStock,
  tensorflow: prepareStock,
  onnxruntime: prepareOnnxruntime,
  loops: prepareLoops,
}[library] as (operation: Operation, size: Size) => Run | Promise<Run>;

/** Once; where it gives a promise, until that is kept. */
type Run = () => void | Promise<void>;

const prepared = new Map<Operation, Run>();

/** Loaded here alone: what another side loads counts as its start and its memory. */
async function prepareOnnxruntime(operation: EventOperation, size: Size): Promise<Run> {
  const onnxruntime = await import('./onnxruntime.js');
  return onnxruntime.prepareOnnxruntime(operation, size);
}

/** The package `webgpu` lies where no import by its name would find it. */
async function startOnGpu(): Promise<void> {
  const dawn = (await import(pathToFileURL(webgpu).href)) as { create(options: string[]): object; globals: object };
  Object.assign(globalThis, dawn.globals);
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {} });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: dawn.create([]) });
  await useBackend('webgpu');
}

/** A GPU only takes note of what it is told; other backends are done when they return. */
async function whenDone(): Promise<void> {
  if (library !== 'webgpu') return;
  const { queue } = tf.backend() as unknown as { queue: { onSubmittedWorkDone(): Promise<void> } };
  await queue.onSubmittedWorkDone();
}

function prepareAt(operation: Operation, size: AnySize): Run | Promise<Run> {
  if (isOfImages(size)) return prepareConvolution(library as 'ours' | 'stock' | 'tensorflow', operation, size);
  return prepare(operation, size);
}

async function serve(request: Request): Promise<void> {
  if ('prepare' in request) {
    prepared.set(request.prepare, await prepareAt(request.prepare, request.size));
    return;
  }
  const run = prepared.get(request.run)!;
  for (let i = 0; i < request.runs; i++) {
    const pending = run();
    if (pending) await pending;
  }
}

function answer(milliseconds: number): void {
  const backend = library === 'ours' || library === 'webgpu' ? describeBackend() : undefined;
  const result: Answer = { milliseconds, backend, peakBytes: process.resourceUsage().maxRSS * 1024 };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

answer(0);
for await (const line of createInterface({ input: process.stdin })) {
  const started = performance.now();
  await serve(JSON.parse(line) as Request);
  await whenDone();
  answer(performance.now() - started);
}
