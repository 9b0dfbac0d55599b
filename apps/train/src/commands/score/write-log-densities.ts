import { formatHeader, formatRows } from '../../data/csv/csv.js';
import type { Block, TableStream } from '../../data/table.js';
import { writeUserFile } from '../../files/files.js';
import { type Host, writeAll } from '../../terminal/host.js';

/**
 * Writes a number for each row of a table, in nats, as the rows come in: to a file, or to standard output; then what was noticed on the way.
 *
 * @param score the log-densities of a block's rows, of which so many came before
 * @param remarks further lines to show
 */
export async function writeLogDensities(
  host: Host,
  table: TableStream,
  out: string | undefined,
  score: (block: Block, before: number) => Promise<Float64Array>,
  remarks: () => string[] = () => [],
): Promise<void> {
  let rows = 0;
  let without = 0;
  async function* lines(): AsyncGenerator<string> {
    yield formatHeader(['log_density']);
    for await (const block of table.blocks()) {
      const values = await score(block, rows);
      rows += block.rows;
      for (const value of values) if (value === -Infinity) without++;
      yield formatRows({ values, rows: block.rows, columns: 1 });
    }
  }
  if (out === undefined) await writeAll(host.stdout, lines());
  else await writeUserFile(host.cwd, out, lines());
  for (const notice of table.notices) host.stderr.write(`${table.source}: ${notice}\n`);
  for (const remark of remarks()) host.stderr.write(`${remark}\n`);
  if (without > 0)
    host.stderr.write(`${table.source}: ${without} of ${rows} rows have no density under this model: −Infinity\n`);
}
