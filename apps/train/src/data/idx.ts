import { gunzipSync } from 'node:zlib';
import { UserError } from '../errors.js';

/** An array of bytes from an IDX file, the format of the MNIST database. */
export interface IdxArray {
  shape: number[];
  values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Parses an IDX file of unsigned bytes, gzipped or not: two zero bytes, the type, the number of axes, the size of each axis as a
 * big-endian 32-bit number, and the values in row-major order.
 *
 * Source: LeCun, Cortes & Burges, "The MNIST database of handwritten digits", section "File formats".
 *
 * @param name what the user calls the file
 * @param rank how many axes it must have
 * @throws UserError if it is something else, truncated or too long
 */
export function parseIdx(bytes: Uint8Array, name: string, rank: number): IdxArray {
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes, name) : bytes;
  const header = 4 + 4 * rank;
  if (raw.length < 4 || raw[0] !== 0 || raw[1] !== 0) throw new UserError(`${name}: is not an IDX file`);
  if (raw[2] !== UNSIGNED_BYTE) throw new UserError(`${name}: must hold unsigned bytes (type 8), has type ${raw[2]}`);
  if (raw[3] !== rank) throw new UserError(`${name}: must have ${rank} axes, has ${raw[3]}`);
  if (raw.length < header) throw new UserError(`${name}: truncated: expected a header of ${header} bytes, got ${raw.length}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = header + shape.reduce((product, size) => product * size, 1);
  if (raw.length < expected) throw new UserError(`${name}: truncated: expected ${expected} bytes for [${shape.join(', ')}], got ${raw.length}`);
  if (raw.length > expected) throw new UserError(`${name}: too long: expected ${expected} bytes for [${shape.join(', ')}], got ${raw.length}`);
  return { shape, values: raw.subarray(header) };
}

function gunzip(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new UserError(`${name}: is not a whole gzip file`, { cause: error });
  }
}
