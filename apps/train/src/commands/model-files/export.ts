import type { Distribution } from '@pushforward/distributions';
import { exportOnnx } from '@pushforward/onnx';
import { checkOutput, writeUserFile } from '../../files/files.js';
import { onnxColumns } from '../../model/onnx-columns.js';
import { refuseCategories } from '../../model/given-columns.js';
import { startBackend } from '../../model/backend.js';
import { type FlowNotes, loadModel } from '../../model/models.js';
import { UsageError, UserError } from '../../terminal/errors.js';
import type { Host } from '../../terminal/host.js';
import { printable } from '../../terminal/printable.js';

/** The options of `export` as they stand on the command line. */
export interface ExportOptions {
  out: string;
  force?: boolean;
}

/** Writes a model of rows as two ONNX files, its density and its sampler, and says how they are used. */
export async function exportCommand(host: Host, name: string, { out, force }: ExportOptions): Promise<void> {
  if (!/\.onnx$/i.test(out)) throw new UsageError(`--out ${out}: must end in .onnx`);
  const samplerOut = out.replace(/(\.onnx)$/i, '-sampler$1');
  for (const file of [out, samplerOut]) checkOutput(host.cwd, file, force);
  await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  if (model.kind === 'any-order')
    throw new UserError(`${name}: is a model of --flow any-order, which has no form in ONNX yet`);
  if (model.kind !== 'flow') throw new UserError(`${name}: is a model of images; only models of rows can be exported`);
  refuseCategories(name, model.notes, 'have no form in ONNX yet');
  // Both before either is written: a model that has no form in ONNX leaves no file behind.
  const density = await graphOf(name, model.module, model.notes, 'density');
  const sampler = await graphOf(name, model.module, model.notes, 'sampler');
  await writeUserFile(host.cwd, out, density);
  await writeUserFile(host.cwd, samplerOut, sampler);
  host.stdout.write(
    summary(model.notes, { name: out, size: density.length }, { name: samplerOut, size: sampler.length }),
  );
}

async function graphOf(
  name: string,
  module: Distribution,
  notes: FlowNotes,
  graph: 'density' | 'sampler',
): Promise<Uint8Array> {
  const { columns, grid, kinds, trainedOn, rows, testLogLikelihood, commandLine } = notes;
  const given = notes.given?.map(({ name }) => name);
  const told = { columns, given, kinds, grid, units: UNITS, trainedOn, rows, testLogLikelihood, commandLine };
  const metadata = Object.entries(told).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, typeof value === 'string' ? value : JSON.stringify(value)]],
  );
  try {
    return await exportOnnx(module, {
      graph,
      columns: onnxColumns(notes),
      description: `Columns: ${columns.join(', ')}. Units: ${UNITS}.`,
      metadata: Object.fromEntries(metadata),
    });
  } catch (error) {
    throw new UserError(`${name}: ${(error as Error).message.replace(/^exportOnnx: /, '')}`, { cause: error });
  }
}

const UNITS = 'x is in the units of the table, log_prob in nats for those units';

interface File {
  readonly name: string;
  readonly size: number;
}

function summary(notes: FlowNotes, density: File, sampler: File): string {
  const { columns, given = [] } = notes;
  const width = columns.length;
  const [named, givenNames] = [columns, given.map(({ name }) => name)].map((names) => names.map(printable).join(', '));
  const coded = onnxColumns(notes);
  const isNoisy = coded.some((column) => column?.grid);
  const hasLogProb = !coded.some((column) => column?.grid || column?.levels || column?.circle);
  const context = given.length > 0 ? [`           context [rows, ${given.length}]: ${givenNames}\n`] : [];
  const fed = given.length > 0 ? ', "context": given' : '';
  const title = ({ name, size }: File, what: string) => `${printable(name)}   ${what}, ${(size / 1e6).toFixed(2)} MB\n`;
  const session = ({ name }: File) => `onnxruntime.InferenceSession(${JSON.stringify(printable(name))})`;
  return [
    title(density, 'the density'),
    `  input    x [rows, ${width}]: ${named}\n`,
    ...context,
    ...(isNoisy
      ? [
          `           uniform [rows, ${width}]: numbers from 0 to 1, the noise that columns on a grid were trained with\n`,
        ]
      : []),
    '  output   log_prob [rows], in nats\n',
    title(sampler, 'the sampler'),
    `  input    noise [rows, ${width}]: standard normal numbers\n`,
    ...context,
    `  output   x [rows, ${width}]: ${named}${hasLogProb ? '; its log_prob [rows]' : ''}\n`,
    'In Python:\n',
    `  log_prob, = ${session(density)}.run(None, {"x": rows.astype("float32")${fed}${isNoisy ? ', "uniform": numpy.random.rand(*rows.shape).astype("float32")' : ''}})\n`,
    `  x${hasLogProb ? ', log_prob' : ','} = ${session(sampler)}.run(None, {"noise": numpy.random.randn(${given.length > 0 ? 'len(given)' : '1000'}, ${width}).astype("float32")${fed}})\n`,
  ].join('');
}
