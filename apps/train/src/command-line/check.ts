import type { Command } from 'commander';
import { addReadOptions } from '../data/read-options.js';
import type { Host } from '../terminal/host.js';
import { fraction, integer, seed } from '../terminal/option-values.js';
import { debugOption } from './debug-option.js';

/** The command `check`: its arguments and options. */
export function addCheck(program: Command, args: readonly string[], host: Host): void {
  const command = program
    .command('check')
    .description(
      'Tests whether the density of a saved flow is that of a table, and says what the tests mean. The exit code is 0 whatever they find.',
    )
    .argument('<model>', 'a saved model, or the directory of a run')
    .requiredOption(
      '--data <file>',
      'rows that the model was not trained on: a CSV file, gzipped or not, or a Parquet file; - for standard input; of the file that it was trained on, the rows that were kept to test on are used',
    )
    .option('--level <part>', 'the chance that a right model is found wrong', fraction, 0.05)
    .option('--rows <n>', 'rows to use, at most, drawn at random', integer(20), 5000)
    .option('--draws <n>', 'simulations of a right model behind each p-value', integer(1), 499)
    .option('--seed <n>', 'what every random choice comes from', seed, 0)
    .option('--out <dir>', 'where to write the report (default: a fresh directory in runs/)')
    .option('--force', 'write into a directory that has something in it');
  addReadOptions(command)
    .addOption(debugOption())
    .action(async (model: string, options) => {
      const { checkCommand } = await import('../commands/check.js');
      await checkCommand(host, args, model, options);
    });
}
