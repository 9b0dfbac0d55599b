// Several threads share the tasks of one job. Each has its own instance of this module, and all have one memory; the first thread is the one that
// TensorFlow.js runs on. It never waits for a thread to start: each thread takes the next task when it is free, so that a job ends whether others
// have started or not. A task is the same computation on every thread, so that results do not depend on the number of threads.

import { runTask } from './dispatch';

/** The state that the threads share. */
@unmanaged
class Pool {
  /** Goes up by one with each job: what idle threads wait for. */
  ticket: i32;
  /** Whether tasks may be taken. */
  isOpen: i32;
  kernel: i32;
  args: usize;
  taskCount: i32;
  /** Apart from what is read all the time, on a cache line of its own. */
  @inline
  get next(): usize {
    return changetype<usize>(this) + 64;
  }
  /** The number of other threads that are taking tasks. */
  @inline
  get active(): usize {
    return changetype<usize>(this) + 128;
  }
}

/** Bytes of the state. */
export const POOL_BYTES: i32 = 192;

/** Multiplications below which a job is not shared, since waking threads would cost more: some ten microseconds of them. */
export const SMALLEST_JOB: f64 = 250_000;

/**
 * The number of times that an idle thread looks for a job before it sleeps: about a millisecond, more than JavaScript takes between two kernels of a training step,
 * between two steps too. To be woken takes a thread some 50 microseconds, in which the first has done more than its share.
 */
const LOOKS: i32 = 1_000_000;

/** The address of the state; 0 if this thread is the only one. */
let shared: usize = 0;
/** The number of threads that share the work, this one included. */
let threads: i32 = 1;
let hasStarted: bool = false;

// @ts-ignore: decorator
@external('env', 'startThreads')
declare function startThreads(): void;

/** Lets {@link runTasks} share its work among `count` threads by the state at `address`, all 0 at first. */
export function joinPool(address: usize, count: i32): void {
  shared = address;
  threads = count;
  hasStarted = false;
}

/** Among how many threads {@link runTasks} shares work. */
export function threadCount(): i32 {
  return threads;
}

/** Runs tasks 0 … `taskCount` − 1 of a kernel; `work` is about how many multiplications they take together. */
export function runTasks(kernel: i32, args: usize, taskCount: i32, work: f64): void {
  if (!shared || taskCount < 2 || work < SMALLEST_JOB) {
    for (let task: i32 = 0; task < taskCount; task++) runTask(kernel, args, task, 0);
    return;
  }
  if (!hasStarted) {
    hasStarted = true;
    startThreads();
  }
  const pool = changetype<Pool>(shared);
  pool.kernel = kernel;
  pool.args = args;
  pool.taskCount = taskCount;
  atomic.store<i32>(pool.next, 0);
  atomic.store<i32>(shared, 1, offsetof<Pool>('isOpen'));
  atomic.add<i32>(shared, 1, offsetof<Pool>('ticket'));
  atomic.notify(shared + offsetof<Pool>('ticket'), -1);
  takeParts(pool, 0);
  atomic.store<i32>(shared, 0, offsetof<Pool>('isOpen'));
  // Whoever came in before may still be computing; whoever comes now finds it closed.
  while (atomic.load<i32>(pool.active) != 0) {}
}

/** The loop of every other thread until its process ends. */
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
    const task = atomic.add<i32>(pool.next, 1);
    if (task >= pool.taskCount) return;
    runTask(pool.kernel, pool.args, task, thread);
  }
}
