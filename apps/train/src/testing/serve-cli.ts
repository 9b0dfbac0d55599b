import { main } from '../cli.js';

/** A server that runs inside this process. */
export interface Served {
  url: string;
  /** Asks it to stop, as Ctrl-C does; its exit code. */
  stop(): Promise<number>;
  stderr(): string;
}

/** Starts `serve` on a free port, and waits until it listens. */
export async function serveCli(cwd: string, args: readonly string[]): Promise<Served> {
  const controller = new AbortController();
  let stderr = '';
  let listening: (url: string) => void;
  const url = new Promise<string>((resolve) => (listening = resolve));
  const code = main(['serve', ...args, '--port', '0'], {
    cwd,
    stdout: {
      write: (text) => {
        const found = / at (\S+),/.exec(text);
        if (found) listening(found[1]);
      },
    },
    stderr: { write: (text) => (stderr += text) },
    signal: controller.signal,
    commandPrefix: 'pushforward',
  });
  const ended = code.then(() => {
    throw new Error(`serve ended: ${stderr}`);
  });
  return {
    url: await Promise.race([url, ended]),
    stop: () => {
      ended.catch(() => undefined);
      controller.abort('SIGINT');
      return code;
    },
    stderr: () => stderr,
  };
}
