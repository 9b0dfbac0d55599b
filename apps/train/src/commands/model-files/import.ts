import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Transformed } from '@pushforward/distributions';
import { decodeTorch, describeZuko, importFlow } from '@pushforward/import';
import { decodeSafetensors, type StoredTensor } from '@pushforward/io';
import { saveModule } from '@pushforward/io/node';
import type { Activation, Json } from '@pushforward/tensor';
import { fileProblem, readUserFile } from '../../files/files.js';
import { startBackend } from '../../model/backend.js';
import type { FlowNotes, GivenColumn } from '../../model/model-notes.js';
import { claimRunDirectory } from '../../run/run-directory.js';
import { formatCount } from '../../statistics/statistics.js';
import { UsageError, UserError } from '../../terminal/errors.js';
import type { Host } from '../../terminal/host.js';
import { printable } from '../../terminal/printable.js';

/** The options of `import` as they stand on the command line. */
export interface ImportOptions {
  columns?: string[];
  given?: string[];
  activation?: string;
  bound?: number;
  slope?: number;
  out?: string;
  force?: boolean;
}

/** Makes a model of this program of a flow that was trained in PyTorch. */
export async function importCommand(
  host: Host,
  args: readonly string[],
  file: string,
  options: ImportOptions,
): Promise<void> {
  const arrays = await readArrays(host.cwd, file);
  await startBackend();
  using flow = await readFlow(host.cwd, file, arrays, options);
  const notes: FlowNotes = {
    kind: 'flow',
    ...namesOf(flow, options),
    trainedOn: `${path.basename(file)}, imported`,
    rows: null,
    testLogLikelihood: null,
    commandLine: ['pushforward', ...args].join(' '),
  };
  using directory = claimRunDirectory(host.cwd, { out: options.out, command: 'import', force: options.force ?? false });
  try {
    await saveModule(flow, path.join(directory.path, 'model'), { metadata: notes });
  } catch (error) {
    const problem = fileProblem(error);
    throw problem ? new UserError(`${directory.name}: ${problem}`, { cause: error }) : error;
  }
  const variables = [...flow.variables().values()];
  const parameters = variables.reduce((sum, { size }) => sum + size, 0);
  const given = notes.given ? ` given ${notes.given.map(({ name }) => name).join(', ')}` : '';
  host.stdout.write(
    `${printable(directory.name)}: the density of ${printable(notes.columns.join(', ') + given)}, with ${formatCount(parameters)} parameters\n`,
  );
}

async function readArrays(cwd: string, file: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const decode = { '.pt': decodeTorch, '.pth': decodeTorch, '.safetensors': decodeArrays }[path.extname(file)];
  if (!decode) throw new UsageError(`${file}: must end in .safetensors, .pt or .pth`);
  const bytes = await readUserFile(path.resolve(cwd, file), file);
  return naming(file, () => decode(bytes));
}

function decodeArrays(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  return decodeSafetensors(bytes).tensors;
}

/** By the description that stands beside the file, or, of a flow of zuko, by what its arrays say. */
async function readFlow(
  cwd: string,
  file: string,
  arrays: ReadonlyMap<string, StoredTensor>,
  { activation, bound, slope }: ImportOptions,
): Promise<Transformed> {
  const beside = `${file.slice(0, -path.extname(file).length)}.json`;
  const isDescribed = existsSync(path.resolve(cwd, beside));
  if (isDescribed && (activation ?? bound ?? slope) !== undefined)
    throw new UsageError(`${beside} says what --activation, --bound and --slope say: leave them out`);
  const description: Json = isDescribed
    ? await readDescription(cwd, beside)
    : naming(`${file}, without ${path.basename(beside)}`, () =>
        describeZuko(arrays, { activation: activation as Activation | undefined, bound, slope }),
      );
  return naming(file, () => importFlow(arrays, description));
}

async function readDescription(cwd: string, name: string): Promise<Json> {
  const bytes = await readUserFile(path.resolve(cwd, name), name);
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch (error) {
    throw new UserError(`${name}: is no JSON`, { cause: error });
  }
}

/** Puts the name of a file before what the library says, in place of its own name. */
function naming<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message.replace(/^[A-Za-z]+: /, '')}`, { cause: error });
  }
}

function namesOf(flow: Transformed, { columns, given }: ImportOptions): { columns: string[]; given?: GivenColumn[] } {
  const [dim] = flow.eventShape;
  const names = checkNames('--columns', columns ?? numbered('x', dim), dim);
  const { contextDim } = flow;
  const contexts = checkNames('--given', given ?? numbered('c', contextDim), contextDim);
  const repeated = [...names, ...contexts].find((name, i, all) => all.indexOf(name) !== i);
  if (repeated !== undefined)
    throw new UsageError(`--columns and --given must name each column once, got ${repeated} twice`);
  if (contextDim === 0) return { columns: names };
  // What is given stands behind the others.
  return { columns: names, given: contexts.map((name, i) => ({ name, place: dim + i, low: null, high: null })) };
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}

function checkNames(option: string, names: readonly string[], count: number): string[] {
  if (names.length !== count) throw new UsageError(`${option} must name ${count} columns, got ${names.length}`);
  return [...names];
}
