import path from 'node:path';
import type { Readable } from 'node:stream';
import { InterruptedError, type StopSignal } from './errors.js';

/** Where text goes: a stream of Node's, or a test's. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Of a stream: calls back when it takes more, after `write` has returned false. */
  once?(event: 'drain', listener: () => void): unknown;
}

/** Writes texts as they come, each when there is room for it: long output is not to pile up in memory. */
export async function writeAll(output: Output, texts: AsyncIterable<string>): Promise<void> {
  for await (const text of texts) {
    if (output.write(text) === false && output.once)
      await new Promise<void>((resolve) => output.once!('drain', resolve));
  }
}

/** What may be asked to stop. */
export interface Interruptible {
  /** Aborted, with the signal's name as the reason, when the user asks to stop. */
  readonly signal: AbortSignal;
}

/** Everything the program takes from the process it runs in, so that a test can run it inside its own. */
export interface Host extends Interruptible {
  /** The directory that relative paths start from. */
  readonly cwd: string;
  /** Where a table called `-` comes from. Default: the process's standard input. */
  readonly stdin?: Readable;
  /** Results. */
  readonly stdout: Output;
  /** Progress and errors. */
  readonly stderr: Output;
  /** What the user types before the arguments, as `pushforward` or `npm start --`. */
  readonly commandPrefix: string;
}

/** The signal that stopped the program; without one, `SIGINT`. */
export function stopSignal(host: Interruptible): StopSignal {
  return host.signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
}

/** @throws InterruptedError if the user has asked the program to stop */
export function checkInterrupted(host: Interruptible): void {
  if (host.signal.aborted) throw new InterruptedError('stopped', stopSignal(host));
}

/** A whole command line as the user would type it, quoted for a shell where that is needed. */
export function commandLine(host: Host, args: readonly string[]): string {
  return [host.commandPrefix, ...args.map(quote)].join(' ').replace(/ --$/, '');
}

/** Options whose value is a path. */
const PATHS = ['--data', '--out', '--resume'];
/** What says nothing about the model: where the run wrote to. */
const LEFT_OUT = ['--out', '--force'];

/**
 * A command line as it may go along with a model: without the directories of the machine that it ran on, and without where it wrote to.
 */
export function withoutDirectories(line: string): string {
  const words = (line.match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? []).map((word) =>
    word.replaceAll(/'([^']*)'|\\(.)/g, '$1$2'),
  );
  const kept: string[] = [];
  // Of a program that is started by its path, the path tells of the machine.
  for (
    let i = words[0] === 'node' ? words.findIndex((word) => /\.[cm]?js$/.test(word)) + 1 : 0;
    i < words.length;
    i++
  ) {
    const [, option, value] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(words[i]) ?? [];
    if (!PATHS.includes(option)) {
      if (!LEFT_OUT.includes(option)) kept.push(quote(words[i]));
      continue;
    }
    const file = path.basename(value ?? words[++i] ?? '');
    if (!LEFT_OUT.includes(option))
      kept.push(value === undefined ? `${option} ${quote(file)}` : `${option}=${quote(file)}`);
  }
  return (words[0] === 'node' ? ['pushforward', ...kept] : kept).join(' ');
}

function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
