import type { Command } from 'commander';
import type { Host } from '../terminal/host.js';
import { debugOption } from './debug-option.js';

/** The command `export`: its arguments and options. */
export function addExport(program: Command, host: Host): void {
  program
    .command('export')
    .description('Write a saved model of rows as ONNX files, for onnxruntime in any language.')
    .argument('<model>', 'a saved model, or the directory of a run')
    .requiredOption(
      '--out <file>',
      'a .onnx file for the density; the sampler goes into another beside it, named -sampler',
    )
    .option('--force', 'replace the files if they are there')
    .addOption(debugOption())
    .action(async (model: string, options) => {
      const { exportCommand } = await import('../commands/model-files/export.js');
      await exportCommand(host, model, options);
    });
}
