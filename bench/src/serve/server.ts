import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The table's columns. */
export const DIM = 6;

const peers = fileURLToPath(new URL('../../peers/', import.meta.url));
const program = fileURLToPath(new URL('../../../apps/train/dist/main.js', import.meta.url));

/** A server in a process of its own. */
export interface RunningServer {
  readonly name: string;
  readonly url: string;
  /** Its resident set, in MB. */
  memory(): number;
  /** Ends it; its exit code, null where a signal ended it. */
  stop(): Promise<number | null>;
}

const row = (i: number) => Array.from({ length: DIM }, (_, j) => Math.sin(i * (j + 1)) + ((i * 7919) % 101) / 50);

/** `pushforward serve` with a MAF that it has trained for a moment: speed does not depend on the weights. */
export async function startOurs(): Promise<RunningServer> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  writeFileSync(path.join(cwd, 'table.csv'), Array.from({ length: 500 }, (_, i) => `${row(i).join()}\n`).join(''));
  const training = ['train', '--data', 'table.csv', '--transforms', '5', '--hidden', '64,64', '--epochs', '1'];
  execFileSync(process.execPath, [program, ...training, '--out', 'run'], { cwd, stdio: 'ignore' });
  const child = spawn(process.execPath, [program, 'serve', 'run', '--port', '0'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const url = / at (\S+),/.exec(String(text))![1];
  return running('pushforward serve', child, url, () => rmSync(cwd, { recursive: true }));
}

/** FastAPI with a flow of zuko; undefined where there is no Python that has them. */
export async function startPeer(python = path.join(peers, '.venv/bin/python')): Promise<RunningServer | undefined> {
  if (!existsSync(python)) return undefined;
  const port = 8931;
  const args = ['-m', 'uvicorn', 'serve_zuko:app', '--port', String(port), '--no-access-log', '--log-level', 'warning'];
  const child = spawn(python, args, { cwd: peers, stdio: ['ignore', 'inherit', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 600; i++) {
    const isUp = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return running('FastAPI with zuko', child, url);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill();
  throw new Error('the server of zuko does not start');
}

function running(name: string, child: ChildProcess, url: string, clean = () => {}): RunningServer {
  return {
    name,
    url,
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024,
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await exit) as [number | null];
      clean();
      return code;
    },
  };
}
