import { unzipSync } from 'fflate';

/** What a file of `torch.save` may unfold to: its tensors are stored as they are, so that more is an attack on the reader's memory. */
const MAX_INFLATION = 2;
const SMALL = 1 << 20;

/**
 * The entries of a zip archive, by the names that they have behind the archive's own folder.
 *
 * @param source what errors call the archive
 * @throws Error, in one line, if it is no archive, is damaged, or would unfold to more than twice its size
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
  return new Map(Object.entries(entries).map(([name, content]) => [name.slice(name.indexOf('/') + 1), content]));
}
