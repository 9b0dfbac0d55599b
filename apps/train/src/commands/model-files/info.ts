import { statSync } from 'node:fs';
import path from 'node:path';
import { startBackend } from '../../model/backend.js';
import { type DeclaredKind, describeKind } from '../../columns/kinds/declared-kind.js';
import type { Host } from '../../terminal/host.js';
import { type LoadedModel, loadModel } from '../../model/models.js';
import { printable } from '../../terminal/printable.js';
import { formatCount, formatNumber } from '../../statistics/statistics.js';
import { shownPath } from '../../run/run-directory.js';

/** Says what a saved model is made of. */
export async function infoCommand(host: Host, name: string): Promise<void> {
  const backend = await startBackend();
  const model = await loadModel(host.cwd, name);
  using module = model.module;
  const variables = [...module.variables().values()];
  const parameters = variables.reduce((sum, variable) => sum + variable.size, 0);
  const bytes = statSync(path.join(model.directory, 'weights.safetensors')).size;
  const facts: [string, string][] = [
    ['model', shownPath(host.cwd, model.directory)],
    ...describe(model),
    ['parameters', `${formatCount(parameters)} in ${variables.length} arrays, ${(bytes / 1e6).toFixed(2)} MB on disk`],
    ['trained on', model.notes.trainedOn],
    ['command', model.notes.commandLine],
    ['computes on', `${backend}, Node ${process.version}`],
  ];
  const width = Math.max(...facts.map(([title]) => title.length));
  host.stdout.write(facts.map(([title, text]) => `${title.padEnd(width)}   ${printable(text)}\n`).join(''));
}

function trainingFacts(rows: number, testLogLikelihood: number | null): [string, string][] {
  return [
    ['rows', `${formatCount(rows)} to train on`],
    [
      'test log-likelihood',
      testLogLikelihood === null ? 'not finite' : `${formatNumber(testLogLikelihood, 3)} nats per row`,
    ],
  ];
}

function describe(model: LoadedModel): [string, string][] {
  if (model.kind === 'flow') {
    const { columns, given = [], kinds = [], rows, testLogLikelihood } = model.notes;
    const [ofColumns, ...rest] = describeColumns(columns, kinds, rows, testLogLikelihood);
    return [
      ['kind', given.length > 0 ? 'conditional normalizing flow' : 'normalizing flow'],
      ofColumns,
      ...(given.length > 0
        ? [
            [
              'given',
              `${given.length}: ${given.map(({ name, low, high }) => (low === null ? name : `${name} (${low} to ${high} in training)`)).join(', ')}`,
            ] satisfies [string, string],
          ]
        : []),
      ...rest,
    ];
  }
  if (model.kind === 'any-order') {
    const { columns, kinds = [], rows, testLogLikelihood } = model.notes;
    return [
      ['kind', 'density of any columns given any others'],
      ...describeColumns(columns, kinds, rows, testLogLikelihood),
    ];
  }
  const { height, width } = model.notes;
  const { encoder, posterior } = model.module;
  return [
    ['kind', `variational autoencoder with ${posterior ? 'an inverse autoregressive' : 'a Gaussian'} posterior`],
    ['images', `${height} × ${width} pixels, ${encoder.latentDim} latent dimensions`],
  ];
}

function describeColumns(
  columns: readonly string[],
  kinds: readonly (DeclaredKind | null)[],
  rows: number | null,
  testLogLikelihood: number | null,
): [string, string][] {
  const said = columns.flatMap((name, i) => {
    const kind = kinds[i];
    return kind ? [`${name}: ${describeKind(kind)}`] : [];
  });
  return [
    ['columns', `${columns.length}: ${columns.join(', ')}`],
    ...(said.length > 0 ? [['kinds', said.join('; ')] satisfies [string, string]] : []),
    ...(rows === null ? [] : trainingFacts(rows, testLogLikelihood)),
  ];
}
