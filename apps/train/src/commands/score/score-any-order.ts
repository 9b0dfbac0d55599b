import { foldIn, key } from '@pushforward/tensor';
import { anyOrderLogDensities } from '../../any-order/model.js';
import { openColumns, outsideCounter, placesOf, widened } from '../../any-order/columns.js';
import type { Block } from '../../data/table.js';
import { checkKinds } from '../../columns/kinds/declared-kind.js';
import type { AnyOrderModel } from '../../model/models.js';
import { takeColumns } from '../../statistics/statistics.js';
import { UsageError } from '../../terminal/errors.js';
import type { Host } from '../../terminal/host.js';
import type { ScoreOptions } from './score-options.js';
import { writeLogDensities } from './write-log-densities.js';

/** Writes log p(A | B) of every row of a table, in nats: of the columns asked for, given others. */
export async function scoreAnyOrder(
  host: Host,
  { module, notes }: AnyOrderModel,
  options: ScoreOptions,
): Promise<void> {
  const { columns: names, grid } = notes;
  const kinds = notes.kinds ?? names.map(() => null);
  const given = placesOf(options.given ?? [], '--given', names);
  const of = options.of ? placesOf(options.of, '--of', names) : names.flatMap((_, i) => (given.includes(i) ? [] : [i]));
  const both = of.find((place) => given.includes(place));
  if (both !== undefined) throw new UsageError(`--of and --given: both name "${names[both]}"`);
  if (of.length === 0) throw new UsageError('--given: names every column of the model, none is left to score');
  const places = [...of, ...given].toSorted((a, b) => a - b);
  const table = await openColumns(host, options.data, notes, places, {
    ...options,
    // Given one that the model does not know, there is no density at all.
    others: (place) => (given.includes(place) ? 'refused' : 'counted'),
  });
  const outside = outsideCounter(notes);
  const score = (block: Block, before: number) => {
    const whole = widened({ ...block, columns: places.length }, places, names.length);
    checkKinds(table.source, whole, names, kinds, before);
    const known = given.map((place) => places.indexOf(place));
    outside.add(widened(takeColumns({ ...block, columns: places.length }, known), given, names.length));
    const noise = foldIn(key(options.seed), before);
    return anyOrderLogDensities(host, module, whole, { kinds, grid }, { of, given }, noise);
  };
  await writeLogDensities(host, table, options.out, score, () =>
    outside.warnings().map((warning) => `warning: ${table.source}: ${warning}`),
  );
}
