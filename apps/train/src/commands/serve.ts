import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startBackend } from '../model/backend.js';
import { loadModel } from '../model/models.js';
import { FlowServer } from '../serve/flow-server.js';
import { FlowService } from '../serve/flow-service.js';
import { errorCode, UsageError, UserError } from '../terminal/errors.js';
import type { Host } from '../terminal/host.js';
import { printable, printableLines } from '../terminal/printable.js';

/** The options of `serve` as they stand on the command line. */
export interface ServeOptions {
  host: string;
  port: number;
  queue: number;
  maxRows: number;
  /** In MB. */
  maxBody: number;
  /** In seconds. */
  timeout: number;
}

/** A day, in seconds. */
const LONGEST = 86_400;

/** Scores and draws rows for whoever asks by HTTP, until a signal stops it; then it ends what it has begun. */
export async function serveCommand(host: Host, name: string, options: ServeOptions): Promise<void> {
  if (options.port > 65535) throw new UsageError(`--port ${options.port}: must be at most 65535`);
  if (options.timeout > LONGEST) throw new UsageError(`--timeout ${options.timeout}: must be at most ${LONGEST}`);
  const backend = await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  if (model.kind === 'any-order')
    throw new UserError(`${name}: is a model of --flow any-order, which cannot be served yet`);
  if (model.kind !== 'flow') throw new UserError(`${name}: is a model of images; only models of rows can be served`);
  const service = new FlowService(model);
  await service.warmUp();
  const limits = {
    requests: options.queue,
    rows: options.maxRows,
    bytes: Math.round(1e6 * options.maxBody),
    seconds: options.timeout,
  };
  const flowServer = new FlowServer(service, limits, (line) => host.stderr.write(`${printableLines(line)}\n`));
  const { server } = flowServer;
  server.listen(options.port, options.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new UserError(`--host ${options.host} --port ${options.port}: ${listenProblem(error)}`, { cause: error });
  }
  // Without a listener, a passing trouble with a connection would end the program.
  server.on('error', (error) => host.stderr.write(`${printable(error.message)}\n`));
  host.stdout.write(
    `${printable(name)} is served at ${urlOf(server.address() as AddressInfo)}, computed on ${backend}\n`,
  );
  if (!host.signal.aborted) await new Promise((resolve) => host.signal.addEventListener('abort', resolve));
  host.stderr.write('stopping: requests that have begun are finished\n');
  await flowServer.stop();
}

function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; --port chooses another, 0 any that is free',
  EADDRNOTAVAIL: 'is no address of this machine',
  EACCES: 'permission denied; ports from 1024 on are for everybody',
  ENOTFOUND: 'no such host',
};

function listenProblem(error: unknown): string {
  return PROBLEMS[errorCode(error) ?? ''] ?? (error as Error).message;
}
