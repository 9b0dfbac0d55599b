import { foldIn, key } from '@pushforward/tensor';
import { anyOrderLogDensities } from '../any-order/model.js';
import { openColumns, placesOf, widened } from '../any-order/columns.js';
import { formatHeader, formatRows } from '../data/csv/csv.js';
import { checkKinds } from '../density/columns/declared-kind.js';
import { writeUserFile } from '../files/files.js';
import type { AnyOrderModel } from '../model/models.js';
import { UsageError } from '../terminal/errors.js';
import { type Host, writeAll } from '../terminal/host.js';
import type { ScoreOptions } from './score-options.js';

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
  let rows = 0;
  let without = 0;
  async function* lines(): AsyncGenerator<string> {
    yield formatHeader(['log_density']);
    for await (const block of table.blocks()) {
      const whole = widened({ ...block, columns: places.length }, places, names.length);
      checkKinds(table.source, whole, names, kinds, rows);
      const noise = foldIn(key(options.seed), rows);
      const values = await anyOrderLogDensities(host, module, whole, { kinds, grid }, { of, given }, noise);
      rows += block.rows;
      for (const value of values) if (value === -Infinity) without++;
      yield formatRows({ values, rows: block.rows, columns: 1 });
    }
  }
  if (options.out === undefined) await writeAll(host.stdout, lines());
  else await writeUserFile(host.cwd, options.out, lines());
  for (const notice of table.notices) host.stderr.write(`${table.source}: ${notice}\n`);
  if (without > 0)
    host.stderr.write(`${table.source}: ${without} of ${rows} rows have no density under this model: −Infinity\n`);
}
