#!/usr/bin/env node
import { main } from './cli.js';
import { onStopSignals } from './stop-signals.js';

// A reader such as `head` may leave before everything is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: onStopSignals(process),
  commandPrefix: process.env.npm_lifecycle_event === 'start' ? 'npm start --' : 'pushforward',
});
