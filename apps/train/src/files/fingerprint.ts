import { createHash } from 'node:crypto';
import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';

/** What tells data from other data. A type, so that it is JSON. */
export type Fingerprint = {
  rows: number;
  /** The names of the columns; null for what has none. */
  columns: string[] | null;
  /** Of every value, in order. */
  sha256: string;
};

/** A hash takes less than 2 GiB at a time. */
const CHUNK = 1 << 30;

/** The fingerprint of some arrays of numbers. */
export function fingerprint(
  rows: number,
  columns: readonly string[] | null,
  arrays: readonly ArrayBufferView[],
): Fingerprint {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays) {
    hash.update(`${byteLength} `);
    for (let start = 0; start < byteLength; start += CHUNK)
      hash.update(new Uint8Array(buffer, byteOffset + start, Math.min(CHUNK, byteLength - start)));
  }
  return { rows, columns: columns && [...columns], sha256: hash.digest('hex') };
}

/** Whether a piece of JSON is a fingerprint. */
export function isFingerprint(value: unknown): value is Fingerprint {
  const { rows, columns, sha256 } = (value ?? {}) as Partial<Fingerprint>;
  const areNames = columns === null || (Array.isArray(columns) && columns.every((name) => typeof name === 'string'));
  return (
    Number.isSafeInteger(rows) && rows! > 0 && areNames && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** @throws UserError that says what differs, unless data is what a run began with */
export function checkSameData(source: string, found: Fingerprint, begun: Fingerprint): void {
  const difference = differenceOf(found, begun);
  if (difference)
    throw new UserError(`${source}: ${difference} when the run began; put that back, or begin anew with another --out`);
}

function differenceOf(found: Fingerprint, begun: Fingerprint): string | undefined {
  const [names, before] = [found.columns ?? [], begun.columns ?? []];
  if (names.length !== before.length) return `has ${names.length} columns and had ${before.length}`;
  const renamed = names.findIndex((name, i) => name !== before[i]);
  if (renamed >= 0)
    return `column ${renamed + 1} is "${excerpt(names[renamed])}" and was "${excerpt(before[renamed])}"`;
  if (found.rows !== begun.rows) return `has ${found.rows} rows and had ${begun.rows}`;
  return found.sha256 === begun.sha256 ? undefined : 'holds other values than';
}
