import { crc32 } from '@pushforward/io';
import { formatValue } from '@pushforward/tensor';
import { strFromU8, unzipSync } from 'fflate';

/** The largest size to which a file of `torch.save` may unfold: its tensors are stored as they are, so that more is an attack on the reader's memory. */
const MAX_INFLATION = 2;
const SMALL = 1 << 20;

/**
 * The entries of a zip archive, by the names that they have behind the archive's own folder.
 *
 * @param source what errors call the archive
 * @throws Error, in one line, if it is no archive, is damaged (the checksum of an entry tells), or would unfold to more than twice its size
 */
export function unzip(source: string, bytes: Uint8Array): Map<string, Uint8Array> {
  const isZip = bytes.length > 3 && bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip)
    throw new Error(`${source} must be a file of torch.save in its zip format, as PyTorch writes it since version 1.6`);
  const limit = Math.max(SMALL, MAX_INFLATION * bytes.length);
  let total = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ size, originalSize }) => {
        total += Math.max(size, originalSize);
        return total <= limit;
      },
    });
  } catch (error) {
    throw new Error(`${source} is damaged: it is no whole zip archive`, { cause: error });
  }
  if (!(total <= limit)) throw new Error(`${source} must unfold to at most ${limit} bytes`);
  for (const [name, stored] of checksums(bytes))
    if (stored !== 0 && Object.hasOwn(entries, name) && crc32(entries[name]) !== stored)
      throw new Error(`${source} is damaged: ${formatValue(name)} is not what its checksum says`);
  return new Map(Object.entries(entries).map(([name, content]) => [name.slice(name.indexOf('/') + 1), content]));
}

const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;

/**
 * The CRC-32 of each entry by the archive's directory, which fflate does not compare. It is 0 where PyTorch was told to write none, by
 * `torch.serialization.set_crc32_options(False)`.
 */
function* checksums(bytes: Uint8Array): Generator<[name: string, crc: number]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - END_BYTES;
  while (end > 0 && view.getUint32(end, true) !== END) end--;
  let at = view.getUint32(end + 16, true);
  while (at + ENTRY_BYTES <= end && view.getUint32(at, true) === ENTRY) {
    const name = at + ENTRY_BYTES;
    const length = view.getUint16(at + 28, true);
    // As fflate reads names: without the flag of UTF-8 in Latin-1.
    const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0;
    yield [strFromU8(bytes.subarray(name, name + length), !isUtf8), view.getUint32(at + 16, true)];
    at = name + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
}
