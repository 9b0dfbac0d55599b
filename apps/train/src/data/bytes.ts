import { createReadStream, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../errors.js';
import { namedProblem } from '../files.js';

const CHUNK = 1 << 20;

/**
 * The bytes of a file that the user named, once, as they come: of a file, a pipe, or standard input for `-`; unpacked where they are gzipped.
 *
 * @param name the path as the user gave it, relative to `cwd`
 * @throws UserError if it cannot be read
 */
export async function* readBytes(cwd: string, name: string, stdin: Readable = process.stdin): AsyncGenerator<Uint8Array> {
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
    const isGzip = first.value.length >= 2 && first.value[0] === 0x1f && first.value[1] === 0x8b;
    const all = joined(first.value, chunks);
    yield* isGzip ? unpacked(all, name) : all;
  } catch (error) {
    throw namedProblem(error, name);
  } finally {
    if (name !== '-') raw.destroy();
  }
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
export async function* asUtf8(chunks: AsyncIterable<Uint8Array>, name: string, encoding = 'utf-8'): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  const encoder = new TextEncoder();
  const decode = (chunk?: Uint8Array) => {
    try {
      return encoder.encode(decoder!.decode(chunk, { stream: chunk !== undefined }));
    } catch (error) {
      throw new UserError(`${name}: is not valid ${decoder!.encoding}; --encoding names another encoding`, { cause: error });
    }
  };
  for await (const chunk of chunks) {
    let rest = chunk;
    if (isFirst) {
      isFirst = false;
      const mark = byteOrderMark(chunk);
      rest = chunk.subarray(mark?.length ?? 0);
      const found = mark?.encoding ?? encoding;
      if (found !== 'utf-8') decoder = new TextDecoder(found, { fatal: true });
    }
    if (decoder) yield decode(rest);
    else if (rest.length > 0) yield rest;
  }
  if (decoder) yield decode();
}

function byteOrderMark(bytes: Uint8Array): { encoding: string; length: number } | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'utf-16be', length: 2 };
  return undefined;
}
