import { readTable } from '../../data/read-table.js';
import type { Baseline } from '../../density/baseline.js';
import { encode } from '../../columns/kinds/code.js';
import { declaredKinds } from '../../columns/kinds/declared-kind.js';
import { rolesOf } from '../../columns/roles.js';
import { runKeys } from '../../density/run-keys.js';
import type { DensitySettings } from '../../density/settings.js';
import { splitTable } from '../../density/splits.js';
import { tableFingerprint } from '../../density/table-fingerprint.js';
import { shownPath } from '../../run/run-directory.js';
import type { Host } from '../../terminal/host.js';

/** What a run of `train` begins with. */
export interface Prepared extends Awaited<ReturnType<typeof prepare>> {
  /** What a flow is compared with, where it has been worked out already. */
  baseline?: Baseline;
}

/** Reads the data, once: a pipe cannot be read again. */
export async function prepare(host: Host, settings: DensitySettings) {
  const started = performance.now();
  const name = settings.data === '-' ? '-' : shownPath(host.cwd, settings.data);
  const table = await readTable(host.cwd, name, settings.reading, host.stdin);
  for (const notice of table.notices) host.stderr.write(`${table.source}: ${notice}\n`);
  const keys = runKeys(settings.seed);
  const inFile = splitTable(table, settings, keys.rows);
  const kinds = declaredKinds(settings.kind ?? [], table, inFile.train);
  const splits = {
    train: encode(inFile.train, kinds),
    validation: encode(inFile.validation, kinds),
    test: encode(inFile.test, kinds),
  };
  const roles = rolesOf(table.columns, table.given);
  const seconds = (performance.now() - started) / 1000;
  return {
    table,
    splits,
    kinds,
    roles,
    keys,
    data: tableFingerprint(table),
    seconds,
  };
}
