import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Answer, Request } from './protocol.js';
import type { Side } from './side.js';

/** One side's process, asked one thing at a time. */
export class SideProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  private constructor(readonly side: Side) {
    const [program, ...args] = side.command;
    const env = { ...globalThis.process.env, TF_CPP_MIN_LOG_LEVEL: '2' };
    this.#child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout });
    // That it has ended is what the answer tells.
    this.#child.stdin.on('error', () => {});
  }

  /** What the process says that it computes on. */
  backend?: string;

  static async start(side: Side): Promise<SideProcess> {
    const process = new SideProcess(side);
    process.backend = (await process.#answer()).backend;
    return process;
  }

  ask(request: Request): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  stop(): void {
    this.#child.kill();
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error(`the process of ${this.side.name} ended early`));
      // It may have ended while another was asked, as when memory ran out.
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) fail();
      this.#child.once('exit', fail);
      this.#lines.once('line', (line) => {
        this.#child.off('exit', fail);
        resolve(JSON.parse(line) as Answer);
      });
    });
  }
}
