import type { Command } from 'commander';
import type { Host } from '../terminal/host.js';
import { integer, positive } from '../terminal/option-values.js';
import { debugOption } from './debug-option.js';

/** The command `serve`: its arguments and options. */
export function addServe(program: Command, host: Host): void {
  program
    .command('serve')
    .description(
      'Score and sample by HTTP: POST /score, POST /sample, GET /model, GET /health. Ctrl-C finishes what has begun, and ends it.',
    )
    .argument('<model>', 'a saved model of rows, or the directory of a run')
    .option(
      '--host <address>',
      'the address to listen on; nobody is asked for a password, so beyond this machine put a proxy before it that does',
      '127.0.0.1',
    )
    .option('--port <n>', 'the port, 0 for any that is free', integer(0), 8000)
    .option('--queue <n>', 'requests at once, those that wait included; more are turned down with 503', integer(1), 64)
    .option('--max-rows <n>', 'rows of a request', integer(1), 100_000)
    .option('--max-body <mb>', 'MB of a request', positive, 16)
    .option('--timeout <s>', 'seconds of a request', positive, 30)
    .addOption(debugOption())
    .action(async (model: string, options) => {
      const { serveCommand } = await import('../commands/serve.js');
      await serveCommand(host, model, options);
    });
}
