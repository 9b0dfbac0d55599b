import type { Command } from 'commander';
import { addFileOptions } from '../data/read-options.js';
import type { Host } from '../terminal/host.js';
import { integer, seed } from '../terminal/option-values.js';
import { debugOption } from './debug-option.js';

/** The command `sample`: its arguments and options. */
export function addSample(program: Command, host: Host): void {
  const command = program
    .command('sample')
    .description('Draw from a saved model.')
    .argument('<model>', 'a saved model, or the directory of a run')
    .option('--count <n>', 'how many (default: 100, or 1 for each row of a file of --given)', integer(1))
    .option(
      '--given <values>',
      'for a model of train --given: the values of what is given, as a=3,b=red, or a table that has these columns, drawn from row by row; - for standard input; for one of --flow any-order: values of any columns',
    )
    .option('--seed <n>', 'what the draws come from', seed, 0)
    .option('--out <file>', 'a .csv file, or a .png file for a model of images (default: CSV to the terminal)')
    .option('--force', 'replace the file if it is there');
  addFileOptions(command)
    .addOption(debugOption())
    .action(async (model: string, options) => {
      const { sampleCommand } = await import('../commands/sample.js');
      await sampleCommand(host, model, options);
    });
}
