/** The message that starts a thread: the kernels' compiled module, the memory, the addresses of constants and pool in it and the thread's number, from 1. */
interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly constants: number;
  readonly pool: number;
  readonly thread: number;
}

// A thread serves until its process ends. It is alone in its instance, so that it starts no further ones.
const serve = `({ module, memory, constants, pool, thread }) =>
  new WebAssembly.Instance(module, { env: { memory, constants, startThreads() {} } }).exports.serve(pool, thread)`;

/** Starts a thread that takes part in the pool's jobs as soon as it runs, and does not keep its process from ending. */
export function startThread(data: ThreadData): void {
  const node = nodeThreads();
  try {
    // Errors come as an event or as an exception, and the other threads do the work.
    if (node) startInNode(node, data);
    else startInPage(data);
  } catch (error) {
    warnOnce((error as Error).message);
  }
}

function startInNode({ Worker }: NodeThreads, data: ThreadData): void {
  const source = `(${serve})(require('node:worker_threads').workerData)`;
  const worker = new Worker(source, { eval: true, workerData: data });
  // Without a listener an error would end the process.
  worker.on('error', ({ message }) => warnOnce(message));
  worker.unref();
}

function startInPage(data: ThreadData): void {
  const source = `onmessage = ({ data }) => (${serve})(data)`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    warnOnce("the page's Content-Security-Policy may forbid it; allow it by `worker-src blob:`");
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that of a worker takes none
  worker.postMessage(data);
}

let hasWarned = false;

function warnOnce(reason: string): void {
  if (!hasWarned) console.warn(`useBackend: a thread did not start, the others do its work: ${reason}`);
  hasWarned = true;
}

/** The number of threads that can run side by side, 1 where they cannot share memory. */
export function availableThreads(): number {
  const { navigator, crossOriginIsolated } = globalThis as {
    navigator?: { hardwareConcurrency?: number };
    crossOriginIsolated?: boolean;
  };
  const os = builtinModule<{ availableParallelism(): number }>('node:os');
  if (os) return os.availableParallelism();
  return crossOriginIsolated ? (navigator?.hardwareConcurrency ?? 1) : 1;
}

interface NodeThreads {
  Worker: new (source: string, options: { eval: boolean; workerData: ThreadData }) => NodeWorker;
}

interface NodeWorker {
  on(event: 'error', listener: (error: Error) => void): void;
  unref(): void;
}

function nodeThreads(): NodeThreads | undefined {
  return builtinModule('node:worker_threads');
}

/** A module of Node, without an import that a bundler for browsers would try to follow. */
export function builtinModule<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}
