// Several threads take the parts of one job. Each has an instance of this module of its own, in one shared memory; the first thread is the
// one that TensorFlow.js runs on. It never waits for a thread to come: whoever is there takes the next part, so that a job ends whether others
// have started or not. A part is the same computation whoever takes it, so that results do not depend on the number of threads.

import { runPart } from './dispatch';

/** The state that the threads share. */
@unmanaged
class Pool {
  /** Goes up by one with each job: what idle threads wait for. */
  ticket: i32;
  /** Whether parts may be taken. */
  isOpen: i32;
  kernel: i32;
  task: usize;
  parts: i32;
  /** Apart from what is read all the time, on a cache line of its own. */
  @inline
  get next(): usize {
    return changetype<usize>(this) + 64;
  }
  /** How many of the other threads are taking parts. */
  @inline
  get active(): usize {
    return changetype<usize>(this) + 128;
  }
}

/** Bytes of the state. */
export const POOL_BYTES: i32 = 192;

/** Multiplications below which sharing them would cost more than it saves: some ten microseconds of them. */
export const SMALLEST_JOB: f64 = 250_000;

/**
 * How often an idle thread looks for a job before it goes to sleep: some 200 microseconds, about what JavaScript takes between two kernels of a
 * training step. To be woken takes a thread some 50, in which the first has done more than its share.
 */
const LOOKS: i32 = 200_000;

/** Where the state is; 0 if this thread is the only one. */
let shared: usize = 0;
let hasStarted: bool = false;

// @ts-ignore: decorator
@external('env', 'startThreads')
declare function startThreads(): void;

/** Lets {@link runParts} share its work by the state at `address`, all 0 at first. */
export function joinPool(address: usize): void {
  shared = address;
  hasStarted = false;
}

/** Whether {@link runParts} has anybody to share with. */
export function hasThreads(): bool {
  return shared != 0;
}

/** Runs parts 0 … `parts` − 1 of a task; `work` is about how many multiplications they take together. */
export function runParts(kernel: i32, task: usize, parts: i32, work: f64): void {
  if (!shared || parts < 2 || work < SMALLEST_JOB) {
    for (let part: i32 = 0; part < parts; part++) runPart(kernel, task, part, 0);
    return;
  }
  if (!hasStarted) {
    hasStarted = true;
    startThreads();
  }
  const pool = changetype<Pool>(shared);
  pool.kernel = kernel;
  pool.task = task;
  pool.parts = parts;
  atomic.store<i32>(pool.next, 0);
  atomic.store<i32>(shared, 1, offsetof<Pool>('isOpen'));
  atomic.add<i32>(shared, 1, offsetof<Pool>('ticket'));
  atomic.notify(shared + offsetof<Pool>('ticket'), -1);
  takeParts(pool, 0);
  atomic.store<i32>(shared, 0, offsetof<Pool>('isOpen'));
  // Whoever came in before may still be computing; whoever comes now finds it closed.
  while (atomic.load<i32>(pool.active) != 0) {}
}

/** What every other thread does until its process ends. */
export function serve(address: usize, thread: i32): void {
  const pool = changetype<Pool>(address);
  let seen: i32 = 0;
  while (true) {
    let looks = LOOKS;
    while (atomic.load<i32>(address, offsetof<Pool>('ticket')) == seen && looks > 0) looks--;
    if (looks == 0) atomic.wait<i32>(address + offsetof<Pool>('ticket'), seen, -1);
    seen = atomic.load<i32>(address, offsetof<Pool>('ticket'));
    atomic.add<i32>(pool.active, 1);
    if (atomic.load<i32>(address, offsetof<Pool>('isOpen')) != 0) takeParts(pool, thread);
    atomic.sub<i32>(pool.active, 1);
  }
}

function takeParts(pool: Pool, thread: i32): void {
  while (true) {
    const part = atomic.add<i32>(pool.next, 1);
    if (part >= pool.parts) return;
    runPart(pool.kernel, pool.task, part, thread);
  }
}
