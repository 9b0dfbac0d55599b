import type { Distribution } from '@pushforward/distributions';
import { exportOnnx } from '@pushforward/onnx';
import { checkOutput, writeUserFile } from '../files/files.js';
import { shortList } from '../density/report.js';
import { supportOf } from '../density/columns/real-line.js';
import { startBackend } from '../model/backend.js';
import { type FlowNotes, loadModel } from '../model/models.js';
import { UsageError, UserError } from '../terminal/errors.js';
import type { Host } from '../terminal/host.js';
import { printable } from '../terminal/printable.js';

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
  if (model.kind !== 'flow') throw new UserError(`${name}: is a model of images; only models of rows can be exported`);
  const mapped = model.notes.columns.filter((_, i) => supportOf(model.notes.kinds?.[i] ?? null));
  if (mapped.length > 0)
    throw new UserError(
      `${name}: ${shortList(mapped)} ${mapped.length === 1 ? 'is' : 'are'} kept to a range by --kind, which has no form in ONNX yet`,
    );
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
  { columns, grid, trainedOn, rows, testLogLikelihood, commandLine }: FlowNotes,
  graph: 'density' | 'sampler',
): Promise<Uint8Array> {
  const notes = { columns, units: UNITS, trainedOn, rows, testLogLikelihood, commandLine, ...(grid ? { grid } : {}) };
  const metadata = Object.entries(notes).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  try {
    return await exportOnnx(module, {
      graph,
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

function summary({ columns, grid }: FlowNotes, density: File, sampler: File): string {
  const width = columns.length;
  const named = columns.map(printable).join(', ');
  const title = ({ name, size }: File, what: string) => `${printable(name)}   ${what}, ${(size / 1e6).toFixed(2)} MB\n`;
  const session = ({ name }: File) => `onnxruntime.InferenceSession(${JSON.stringify(printable(name))})`;
  const isOnGrid = grid?.some(({ step }) => step > 0);
  return [
    title(density, 'the density'),
    `  input    x [rows, ${width}]: ${named}\n`,
    '  output   log_prob [rows], in nats\n',
    title(sampler, 'the sampler'),
    `  input    noise [rows, ${width}]: standard normal numbers\n`,
    `  outputs  x [rows, ${width}]: ${named}; its log_prob [rows]\n`,
    ...(isOnGrid
      ? [
          'Columns on a grid were trained with noise: score them with uniform noise of one step of the grid added, and round samples down.\n',
        ]
      : []),
    'In Python:\n',
    `  log_prob, = ${session(density)}.run(None, {"x": rows.astype("float32")})\n`,
    `  x, log_prob = ${session(sampler)}.run(None, {"noise": numpy.random.randn(1000, ${width}).astype("float32")})\n`,
  ].join('');
}
