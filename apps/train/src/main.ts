#!/usr/bin/env node
import path from 'node:path';
import { main } from './cli.js';
import { namedProblem } from './files/files.js';
import { onStopSignals } from './terminal/stop-signals.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader such as `head` may leave before everything is written.
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`error: ${(namedProblem(error, 'standard output') as Error).message}\n`, () => process.exit(1));
});

/** What the user typed before the arguments, for the command lines that are shown. */
function commandPrefix(): string {
  if (process.env.npm_lifecycle_event === 'start') return 'npm start --';
  const script = process.argv[1];
  const isByPath = path.basename(script) === 'main.js' && !script.split(path.sep).includes('node_modules');
  return isByPath ? `node ${path.relative(process.cwd(), script)}` : 'pushforward';
}

process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: onStopSignals(process),
  commandPrefix: commandPrefix(),
});
