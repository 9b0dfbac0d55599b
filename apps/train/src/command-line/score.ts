import { type Command, Option } from 'commander';
import { addReadOptions, columnList } from '../data/read-options.js';
import { PRECISIONS } from '../density/settings.js';
import type { Host } from '../terminal/host.js';
import { integer, seed } from '../terminal/option-values.js';
import { debugOption } from './debug-option.js';

/** The command `score`: its arguments and options. */
export function addScore(program: Command, host: Host): void {
  const command = program
    .command('score')
    .description('The log-density of every row of a table under a saved model, in nats.')
    .argument('<model>', 'a saved model, or the directory of a run')
    .requiredOption(
      '--data <file>',
      'a table that has the columns of the model: a CSV file, gzipped or not, or a Parquet file; - for standard input',
    )
    .addOption(
      new Option(
        '--of <list>',
        'for a model of train --flow any-order: the columns that the density is of, by name (default: all that are not given)',
      ).argParser(columnList),
    )
    .addOption(
      new Option('--given <list>', 'for such a model: the columns that are given, by name').argParser(columnList),
    )
    .option('--samples <n>', 'importance samples, for a variational autoencoder', integer(1), 200)
    .option('--seed <n>', 'what these come from', seed, 0)
    .addOption(
      new Option(
        '--precision <name>',
        'the numbers that log-densities of rows are computed in; float64 takes longer, and says how far float32 is off',
      )
        .choices(PRECISIONS)
        .default('float32'),
    )
    .option('--out <file>', 'a .csv file (default: to the terminal)')
    .option('--force', 'replace the file if it is there');
  addReadOptions(command)
    .addOption(debugOption())
    .action(async (model: string, options) => {
      const { scoreCommand } = await import('../commands/score/score.js');
      await scoreCommand(host, model, options);
    });
}
