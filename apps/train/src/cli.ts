import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addDigits } from './command-line/digits.js';
import { addTrain } from './command-line/train.js';
import { addSample } from './command-line/sample.js';
import { addScore } from './command-line/score.js';
import { addCheck } from './command-line/check.js';
import { addImpute } from './command-line/impute.js';
import { addExport } from './command-line/export.js';
import { addPaper } from './command-line/paper.js';
import { addServe } from './command-line/serve.js';
import { addImport } from './command-line/import.js';
import { addInfo } from './command-line/info.js';
import { InterruptedError, UsageError, UserError } from './terminal/errors.js';
import type { Host } from './terminal/host.js';
import { printableLine, printableLines } from './terminal/printable.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * Runs the program.
 *
 * @param args what stands behind the program's name
 * @returns the exit code: 0, 1 for what went wrong, 2 for invalid arguments, 130 after Ctrl-C
 */
export async function main(args: readonly string[], host: Host): Promise<number> {
  try {
    await parse(args, host);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (args.includes('--debug') && error instanceof Error && !(error instanceof CommanderError)) {
      host.stderr.write(`${printableLines(error.stack ?? error.message)}\n`);
    } else {
      host.stderr.write(`${oneLine(error)}\n`);
    }
    if (error instanceof UserError) return error.exitCode;
    return error instanceof CommanderError ? 2 : 1;
  }
}

function oneLine(error: unknown): string {
  const text = printableLine(error instanceof Error ? error.message : String(error));
  if (error instanceof InterruptedError) return text;
  return text.startsWith('error:') ? text : `error: ${text}`;
}

async function parse(args: readonly string[], host: Host): Promise<void> {
  const program = new Command('pushforward')
    .description('Train normalizing flows and variational autoencoders, sample from them and score data with them.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      // Errors are thrown as well, and shown once, in one line.
      writeErr: () => {},
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getOutHasColors: () => false,
    })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Without a command it runs digits; its options may then be given directly.

Examples:
  pushforward                                      learn handwritten digits, compare two posteriors
  pushforward train --data table.csv               learn the density of a table
  pushforward sample runs/train --count 1000       draw new rows from it
  pushforward score runs/train --data other.csv    how likely are these rows?
  pushforward check runs/train --data other.csv    is the density that of these rows?
  pushforward export runs/train --out model.onnx   score and sample with onnxruntime
  pushforward paper iaf-mnist --quick              train the rows of a published table
  pushforward serve runs/train                     score and sample by HTTP
  pushforward import flow.pt --out runs/flow       a flow that was trained in PyTorch
  pushforward sample runs/digits/iaf --out digits.png`,
    );

  addDigits(program, args, host);
  addTrain(program, args, host);
  addSample(program, host);
  addScore(program, host);
  addCheck(program, args, host);
  addImpute(program, host);
  addExport(program, host);
  addPaper(program, args, host);
  addServe(program, host);
  addImport(program, args, host);
  addInfo(program, host);

  const names = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
  const [first] = args;
  if (first !== undefined && !first.startsWith('-') && first !== 'help' && !names.includes(first)) {
    throw new UsageError(`unknown command '${first}'; commands are ${names.join(', ')}`);
  }
  await program.parseAsync(args, { from: 'user' });
}
