import type { Table } from '../data/table.js';
import { type Fingerprint, fingerprint } from '../files/fingerprint.js';

/** The fingerprint of a table: of its numbers, and of the texts of its categories. */
export function tableFingerprint({ rows, names, values, categories }: Table): Fingerprint {
  const texts = categories.some((own) => own !== null) ? [Buffer.from(JSON.stringify(categories))] : [];
  return fingerprint(rows, names, [values, ...texts]);
}
