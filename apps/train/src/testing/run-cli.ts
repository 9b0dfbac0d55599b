import type { Readable } from 'node:stream';
import { main } from '../cli.js';

/** What a run of the program left behind. */
export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs the program inside this process.
 *
 * @param options.stdin what `-` stands for
 * @param options.stopAt asks the program to stop as soon as it shows this text
 */
export async function runCli(
  cwd: string,
  args: readonly string[],
  { stopAt, stdin }: { stopAt?: string; stdin?: Readable } = {},
): Promise<CliResult> {
  const controller = new AbortController();
  const result: CliResult = { code: -1, stdout: '', stderr: '' };
  const record = (stream: 'stdout' | 'stderr') => (text: string) => {
    result[stream] += text;
    if (stopAt !== undefined && text.includes(stopAt)) controller.abort('SIGINT');
  };
  result.code = await main(args, {
    cwd,
    stdin,
    stdout: { write: record('stdout') },
    stderr: { write: record('stderr') },
    signal: controller.signal,
    commandPrefix: 'pushforward',
  });
  return result;
}
