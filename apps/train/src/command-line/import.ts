import { type Command, Option } from 'commander';
import { columnList } from '../data/read-options.js';
import type { Host } from '../terminal/host.js';
import { fraction, positive } from '../terminal/option-values.js';
import { debugOption } from './debug-option.js';

/** The command `import`: its arguments and options. */
export function addImport(program: Command, args: readonly string[], host: Host): void {
  program
    .command('import')
    .description('Make a model of a flow of zuko, nflows or sbi that was trained in PyTorch.')
    .argument(
      '<file>',
      'its arrays: a .safetensors file with the .json file beside it that export_flow.py of @pushforward/import writes, or a .pt file of torch.save(flow.state_dict(), …)',
    )
    .addOption(
      new Option('--columns <list>', 'what the density is of, in its order (default: x1, x2, …)').argParser(columnList),
    )
    .addOption(new Option('--given <list>', 'what is given, in its order (default: c1, c2, …)').argParser(columnList))
    .option(
      '--activation <name>',
      'the nonlinearity of the networks of a zuko flow without a .json file (default: relu)',
    )
    .option('--bound <x>', 'up to where the splines of such a flow reach (default: 5)', positive)
    .option('--slope <x>', 'the smallest slope of its maps (default: 0.001)', fraction)
    .option('--out <dir>', 'where to write (default: a fresh directory in runs/)')
    .option('--force', 'write into a directory that has something in it')
    .addOption(debugOption())
    .action(async (file: string, options) => {
      const { importCommand } = await import('../commands/model-files/import.js');
      await importCommand(host, args, file, options);
    });
}
