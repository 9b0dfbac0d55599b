import { type Command, Option } from 'commander';
import { addReadOptions, columnList } from '../data/read-options.js';
import { kindList } from '../columns/kinds/parse-kind.js';
import { FLOW_NAMES } from '../density/settings.js';
import { UsageError } from '../terminal/errors.js';
import type { Host } from '../terminal/host.js';
import { fraction, integer, positive, seed, widths } from '../terminal/option-values.js';
import { resumable, resume } from './resumable.js';

/** The command `train`: its arguments and options. */
export function addTrain(program: Command, args: readonly string[], host: Host): void {
  const command = program
    .command('train')
    .description('Fit a flow to the rows of a table.')
    .option(
      '--data <file>',
      'a table of numbers, and of categories that --kind names: a CSV file, gzipped or not, with a header or without, or a Parquet file; - for standard input',
    )
    .addOption(
      new Option(
        '--given <list>',
        'columns that are given, by name or number: the density is that of the others given these',
      ).argParser(columnList),
    )
    .addOption(
      new Option(
        '--flow <name>',
        'the kind of flow; those with maf, nsf and naf have fast densities, those with iaf fast samples, the others both; any-order is no flow: it learns from rows with missing values too, and answers for any columns given any others',
      )
        .choices(FLOW_NAMES)
        .default('maf'),
    )
    .option('--transforms <n>', 'layers of the flow', integer(1), 5)
    .addOption(
      new Option('--hidden <widths>', 'hidden layers of the network in each of them')
        .argParser(widths)
        .default([64, 64], '64,64'),
    )
    .option('--epochs <n>', 'passes over the training rows, at most', integer(1), 300)
    .option('--patience <n>', 'stop after so many epochs without a better validation loss', integer(1), 30)
    .option('--batch <n>', 'rows in a step', integer(1), 128)
    .option('--lr <x>', 'the learning rate', positive, 2e-3)
    .option('--validation <part>', 'the part of the rows to validate on', fraction, 0.1)
    .option('--test <part>', 'the part of the rows to test on', fraction, 0.1)
    .option('--seed <n>', 'what every random choice comes from', seed, 0)
    .option(
      '--dequantize',
      'add uniform noise to columns on a grid, as whole numbers and few values are, which have no density otherwise',
      false,
    )
    .addOption(
      new Option(
        '--kind <list>',
        'what columns hold, as name=kind,…: positive; bounded:LOW:HIGH, between the two; integer, integer:LOW or integer:LOW:HIGH, ends included; ordinal, a few numbers of which the order counts; categorical, texts or numbers taken for texts; circular:LOW:HIGH, angles that come back after a turn (circular alone: from −π to π). Samples keep to it, and likelihoods stay in the units of the file',
      ).argParser(kindList),
    )
    .option('--out <dir>', 'where to write (default: a fresh directory in runs/)')
    .option('--force', 'write into a directory that has something in it');
  resumable(addReadOptions(command)).action(async (options) => {
    if (options.data === undefined && options.resume === undefined)
      throw new UsageError('train needs --data <file> (or --resume <dir>)');
    if (options.resume !== undefined) return resume(host, options.resume);
    const { trainCommand } = await import('../commands/train/train.js');
    await trainCommand(host, args, options);
  });
}
