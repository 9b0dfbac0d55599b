import { constants, gunzipSync } from 'node:zlib';
import { errorCode, UserError } from '../../terminal/errors.js';

/** An array of bytes from an IDX file, the format of the MNIST database. */
export interface IdxArray {
  shape: number[];
  values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/** No file packed by gzip is larger than so many times itself. */
const MOST_PACKED = 1032;

/**
 * Parses an IDX file of unsigned bytes, gzipped or not: two zero bytes, the type, the number of axes, the size of each axis as a
 * big-endian 32-bit number, and the values in row-major order. What is gzipped takes no more memory than its header promises.
 *
 * Source: LeCun, Cortes & Burges, "The MNIST database of handwritten digits", section "File formats".
 *
 * @param name what the user calls the file
 * @param rank how many axes it must have
 * @throws UserError if it is something else, truncated or too long
 */
export function parseIdx(bytes: Uint8Array, name: string, rank: number): IdxArray {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const start = isPacked ? unpackedStart(bytes, name) : bytes;
  const header = 4 + 4 * rank;
  if (start.length < 4 || start[0] !== 0 || start[1] !== 0) throw new UserError(`${name}: is not an IDX file`);
  if (start[2] !== UNSIGNED_BYTE)
    throw new UserError(`${name}: must hold unsigned bytes (type 8), has type ${start[2]}`);
  if (start[3] !== rank) throw new UserError(`${name}: must have ${rank} axes, has ${start[3]}`);
  if (start.length < header)
    throw new UserError(`${name}: truncated: expected a header of ${header} bytes, got ${start.length}`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = header + shape.reduce((product, size) => product * size, 1);
  const promised = `expected ${expected} bytes for [${shape.join(', ')}]`;
  if (expected > (isPacked ? MOST_PACKED : 1) * bytes.length)
    throw new UserError(`${name}: truncated: ${promised}, got ${isPacked ? 'fewer' : bytes.length}`);
  const raw = isPacked ? unpacked(bytes, name, expected) : bytes;
  if (raw === undefined) throw new UserError(`${name}: too long: ${promised}, got more`);
  if (raw.length < expected) throw new UserError(`${name}: truncated: ${promised}, got ${raw.length}`);
  if (raw.length > expected) throw new UserError(`${name}: too long: ${promised}, got ${raw.length}`);
  return { shape, values: raw.subarray(header) };
}

/** The first bytes of a gzipped file, which have its header. */
function unpackedStart(bytes: Uint8Array, name: string): Uint8Array {
  const start = bytes.subarray(0, 1024);
  try {
    return gunzipSync(start, start.length < bytes.length ? { finishFlush: constants.Z_SYNC_FLUSH } : {});
  } catch (error) {
    throw new UserError(`${name}: is not a whole gzip file`, { cause: error });
  }
}

/** All of a gzipped file, or undefined if that is more than `most` bytes. */
function unpacked(bytes: Uint8Array, name: string, most: number): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw new UserError(`${name}: is not a whole gzip file`, { cause: error });
  }
}
