import type { Command } from 'commander';
import type { Host } from '../terminal/host.js';
import { debugOption } from './debug-option.js';

/** The command `info`: its arguments and options. */
export function addInfo(program: Command, host: Host): void {
  program
    .command('info')
    .description('What a saved model is made of.')
    .argument('<model>', 'a saved model, or the directory of a run')
    .addOption(debugOption())
    .action(async (model: string) => {
      const { infoCommand } = await import('../commands/model-files/info.js');
      await infoCommand(host, model);
    });
}
