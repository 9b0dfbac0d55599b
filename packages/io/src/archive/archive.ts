import { inflateSync, zipSync } from 'fflate';
import { crc32 } from '../files/crc32.js';
import { quote } from '../text/quote.js';

/**
 * How much an archive may hold: trained weights shrink by a tenth, so what unfolds to sixteen times its own size is no model but an
 * attack on the reader's memory. A small archive may hold this much in any case.
 */
const maxInflation = 16;
const smallBytes = 1 << 26;

/** A zip archive. Nothing is compressed: weights hardly shrink, and a program that wants to can read them in place. */
export function writeArchive(entries: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  // A fixed time, the earliest that zip knows, so that one model gives the same bytes whenever it is packed.
  return zipSync(entries, { level: 0, mtime: new Date(1980, 0, 1) });
}

/** A line of the archive's directory. */
interface DirectoryEntry {
  name: string;
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  /** The entry's offset in the archive, that of its local header. */
  offset: number;
}

/**
 * The entries of a zip archive. The whole directory is checked before the first entry is unpacked, and every entry against its
 * checksum.
 *
 * @param source what error messages call the archive, as `unpackModule: bytes`
 * @param known the names that may occur
 * @throws Error, in one line, if the archive is truncated, has an entry of another name or one twice, or would take too much memory
 */
export function readArchive(source: string, bytes: Uint8Array, known: readonly string[]): Map<string, Uint8Array> {
  const directory = readDirectory(source, bytes);
  const entries = new Map<string, DirectoryEntry>();
  for (const entry of directory) {
    if (!known.includes(entry.name))
      throw new Error(`${source} must hold ${known.join(' and ')} only, got ${quote(entry.name)}`);
    if (entries.has(entry.name)) throw new Error(`${source} must hold ${entry.name} once, got it twice`);
    entries.set(entry.name, entry);
  }
  const limit = Math.max(smallBytes, maxInflation * bytes.length);
  const total = directory.reduce((sum, { size }) => sum + size, 0);
  if (total > limit) throw new Error(`${source} must unpack to at most ${limit} bytes, got ${total}`);
  return new Map([...entries].map(([name, entry]) => [name, unpack(source, bytes, entry)]));
}

const endBytes = 22;
const maxCommentBytes = 0xffff;

function readDirectory(source: string, bytes: Uint8Array): DirectoryEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - endBytes;
  const first = Math.max(0, end - maxCommentBytes);
  // The directory's end is marked, and behind it there is only a comment of the stated length.
  while (
    end >= first &&
    !(view.getUint32(end, true) === 0x06054b50 && end + endBytes + view.getUint16(end + 20, true) === bytes.length)
  )
    end--;
  if (end < first) throw new Error(`${source} must be a zip archive, got another file or a truncated one`);

  const count = view.getUint16(end + 10, true);
  let position = view.getUint32(end + 16, true);
  const entries: DirectoryEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (position + 46 > end || view.getUint32(position, true) !== 0x02014b50) {
      throw new Error(`${source} must have ${count} entries as its directory says, got ${i}`);
    }
    const nameStart = position + 46;
    const nameBytes = view.getUint16(position + 28, true);
    const packedSize = view.getUint32(position + 20, true);
    const size = view.getUint32(position + 24, true);
    const offset = view.getUint32(position + 42, true);
    // The only names allowed are ASCII; anything else may come out garbled, as it ends up in an error message.
    const name = new TextDecoder().decode(bytes.subarray(nameStart, Math.min(nameStart + nameBytes, end)));
    entries.push({
      name,
      method: view.getUint16(position + 10, true),
      crc: view.getUint32(position + 16, true),
      packedSize,
      size,
      offset,
    });
    position = nameStart + nameBytes + view.getUint16(position + 30, true) + view.getUint16(position + 32, true);
  }
  return entries;
}

function unpack(
  source: string,
  bytes: Uint8Array,
  { name, method, crc, packedSize, size, offset }: DirectoryEntry,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const damaged = (cause?: unknown) =>
    new Error(`${source} is damaged: ${name} is not what the directory says`, { cause });
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== 0x04034b50) throw damaged();
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const packed = bytes.subarray(start, start + packedSize);

  let content: Uint8Array;
  if (method === 0) content = packed;
  else if (method === 8) {
    try {
      content = inflateSync(packed, { out: new Uint8Array(size) });
    } catch (error) {
      throw damaged(error);
    }
  } else throw new Error(`${source} must be stored or deflated, got compression method ${method} for ${name}`);
  if (content.length !== size || crc32(content) !== crc) throw damaged();
  return content;
}
