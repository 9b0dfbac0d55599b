import { createReadStream, existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../terminal/errors.js';
import { namedProblem } from '../files/files.js';

const CHUNK = 1 << 20;

/**
 * The bytes of a file that the user named, once, as they come: of a file, a pipe, or standard input for `-`; unpacked where they are gzipped.
 *
 * @param name the path as the user gave it, relative to `cwd`
 * @throws UserError if it cannot be read
 */
export async function* readBytes(
  cwd: string,
  name: string,
  stdin: Readable = process.stdin,
): AsyncGenerator<Uint8Array> {
  const file = path.resolve(cwd, name);
  if (name === '') throw new UserError('--data must name a file, got an empty name');
  if (name !== '-') {
    if (!existsSync(file)) throw new UserError(`${name}: no such file`);
    if (statSync(file).isDirectory()) throw new UserError(`${name}: is a directory, not a file`);
  }
  const raw = name === '-' ? stdin : createReadStream(file, { highWaterMark: CHUNK });
  const chunks = withStart(raw);
  try {
    const first = await chunks.next();
    if (first.done) return;
    refuseOthers(first.value, name);
    const isGzip = first.value.length >= 2 && first.value[0] === 0x1f && first.value[1] === 0x8b;
    const all = joined(first.value, chunks);
    if (!isGzip) return yield* all;
    let isStart = true;
    for await (const chunk of unpacked(all, name)) {
      if (isStart) refuseOthers(chunk, name);
      isStart = false;
      yield chunk;
    }
  } catch (error) {
    throw namedProblem(error, name);
  } finally {
    if (name !== '-') raw.destroy();
  }
}

/** What other files start with, and what to do with them. */
const OTHERS: readonly [magic: string, advice: string][] = [
  ['PAR1', 'is a Parquet file in a pipe or packed once more, and can only be read from a file of its own'],
  ['PK\x03\x04', 'is a ZIP archive or a spreadsheet: unpack it, or export it as CSV'],
  ['\xd0\xcf\x11\xe0', 'is a spreadsheet: export it as CSV'],
  ['\x28\xb5\x2f\xfd', 'is packed with zstd: unpack it, or pack it with gzip'],
  ['\xfd7zX', 'is packed with xz: unpack it, or pack it with gzip'],
  ['BZh', 'is packed with bzip2: unpack it, or pack it with gzip'],
  ['\x89HDF', 'is an HDF5 file: export it as CSV or Parquet'],
  ['\x93NUM', 'is a file of NumPy: export it as CSV or Parquet'],
  ['ARRO', 'is an Arrow file: export it as Parquet'],
];

/** @throws UserError if bytes are the beginning of a known kind of file that is no text */
function refuseOthers(start: Uint8Array, name: string): void {
  const text = Buffer.from(start.subarray(0, 4)).toString('latin1');
  const found = OTHERS.find(([magic]) => text.startsWith(magic));
  if (found) throw new UserError(`${name}: ${found[1]}`);
}

/** Whether what the user named is a file, and begins as Parquet files do. */
export async function isParquet(cwd: string, name: string): Promise<boolean> {
  const file = path.resolve(cwd, name);
  try {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  } catch (error) {
    throw namedProblem(error, name);
  }
  const start = Buffer.alloc(4);
  const handle = await open(file).catch(() => undefined);
  await handle?.read(start, 0, 4, 0);
  await handle?.close();
  return start.toString('latin1') === 'PAR1';
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/** Chunks of which the first has enough bytes to tell what they are. */
async function* withStart(stream: Readable): AsyncGenerator<Uint8Array> {
  let start: Buffer | undefined;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (start === undefined || start.length < 4) {
      start = start ? Buffer.concat([start, chunk]) : chunk;
      if (start.length >= 4) yield start;
    } else yield chunk;
  }
  if (start && start.length < 4) yield start;
}

async function* unpacked(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const source = Readable.from(chunks);
  source.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new UserError(`${name}: is not a whole gzip file`, { cause: error });
    }
    throw error;
  } finally {
    source.destroy();
  }
}

/**
 * Text as UTF-8, whatever it came in: a byte-order mark decides, then `encoding`. What is UTF-8 is passed on as it is.
 *
 * @throws UserError if it is not of that encoding
 */
export async function* asUtf8(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  encoding = 'utf-8',
): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  const encoder = new TextEncoder();
  const decode = (chunk?: Uint8Array) => {
    try {
      return encoder.encode(decoder!.decode(chunk, { stream: chunk !== undefined }));
    } catch (error) {
      throw new UserError(`${name}: is not valid ${decoder!.encoding}; --encoding names another encoding`, {
        cause: error,
      });
    }
  };
  for await (const chunk of chunks) {
    let rest = chunk;
    if (isFirst) {
      isFirst = false;
      if (UTF_32_MARKS.some((mark) => mark.every((byte, at) => chunk[at] === byte)))
        throw new UserError(`${name}: is UTF-32: convert it to UTF-8`);
      const mark = byteOrderMark(chunk);
      rest = chunk.subarray(mark?.length ?? 0);
      if (!mark && encoding === 'utf-8') refuseZeros(chunk, name);
      const found = mark?.encoding ?? encoding;
      if (found !== 'utf-8') decoder = new TextDecoder(found, { fatal: true });
    }
    if (decoder) yield decode(rest);
    else if (rest.length > 0) yield rest;
  }
  if (decoder) yield decode();
}

const UTF_32_MARKS = [
  [0xff, 0xfe, 0, 0],
  [0, 0, 0xfe, 0xff],
];

/** @throws UserError if every other byte, or three of four, are zero, as they are in ASCII text of wider encodings */
function refuseZeros(bytes: Uint8Array, name: string): void {
  const zeros = [0, 1, 2, 3].map((at) => bytes[at] === 0);
  const wide = ['utf-16le', 'utf-16be'].find((_, i) => zeros.every((isZero, at) => isZero === (at % 2 !== i)));
  if (wide) throw new UserError(`${name}: is UTF-16 without a byte-order mark; --encoding ${wide} reads it`);
  if (zeros.filter(Boolean).length === 3) throw new UserError(`${name}: is UTF-32: convert it to UTF-8`);
}

function byteOrderMark(bytes: Uint8Array): { encoding: string; length: number } | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}
