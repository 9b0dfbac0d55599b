import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Side } from './side.js';
import type { Request } from './worker.js';

/** Milliseconds of one benchmark, the samples of both sides taken in turn. */
export interface Measurement {
  name: string;
  operations?: number;
  ours: number[];
  stock: number[];
}

/** One side's process. */
export class SideProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(side: Side): Promise<SideProcess> {
    const child = fork(fileURLToPath(new URL('worker.js', import.meta.url)), [side]);
    const process = new SideProcess(child);
    await process.#answer();
    return process;
  }

  /** Sends a request and waits for the milliseconds of one run. */
  ask(request: Request): Promise<number> {
    this.#child.send(request);
    return this.#answer();
  }

  stop(): void {
    this.#child.kill();
  }

  #answer(): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error('a benchmark process ended early'));
      this.#child.once('exit', fail);
      this.#child.once('message', (milliseconds: number) => {
        this.#child.off('exit', fail);
        resolve(milliseconds);
      });
    });
  }
}

/** How long a sample lasts at least, so that the clock's grain and the messages do not count. */
const SAMPLE_MILLISECONDS = 40;

/**
 * Times a benchmark on both sides, `rounds` times, one side right after the other: what else the machine does hits both.
 */
export async function measure(
  { name, operations }: { name: string; operations?: number },
  sides: Record<Side, SideProcess>,
  rounds: number,
): Promise<Measurement> {
  const result: Measurement = { name, operations, ours: [], stock: [] };
  const runs = { ours: 1, stock: 1 };
  for (const side of ['ours', 'stock'] as const) {
    const once = await sides[side].ask({ prepare: name });
    runs[side] = Math.max(1, Math.ceil(SAMPLE_MILLISECONDS / once));
    await sides[side].ask({ runs: runs[side] });
  }
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (['ours', 'stock'] as const) : (['stock', 'ours'] as const);
    for (const side of order) result[side].push(await sides[side].ask({ runs: runs[side] }));
  }
  return result;
}
