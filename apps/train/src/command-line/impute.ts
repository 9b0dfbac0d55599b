import type { Command } from 'commander';
import { addFileOptions } from '../data/read-options.js';
import type { Host } from '../terminal/host.js';
import { integer, seed } from '../terminal/option-values.js';
import { debugOption } from './debug-option.js';

/** The command `impute`: its arguments and options. */
export function addImpute(program: Command, host: Host): void {
  const command = program
    .command('impute')
    .description(
      'Fill in the missing values of a table with draws, given those that are there, by a model of train --flow any-order.',
    )
    .argument('<model>', 'a saved model, or the directory of a run')
    .requiredOption(
      '--data <file>',
      'a table that has the columns of the model, with holes: a CSV file, gzipped or not, or a Parquet file; - for standard input',
    )
    .option('--draws <n>', 'how often each row is filled in; more than once, a first column counts them', integer(1), 1)
    .option('--seed <n>', 'what the draws come from', seed, 0)
    .option('--out <file>', 'a .csv file (default: to the terminal)')
    .option('--force', 'replace the file if it is there');
  addFileOptions(command)
    .addOption(debugOption())
    .action(async (model: string, options) => {
      const { imputeCommand } = await import('../commands/impute.js');
      await imputeCommand(host, model, options);
    });
}
