import { formatShape } from '@pushforward/tensor';
import { elementTypes, type StoredDtype, type StoredValues } from './element-type.js';
import { quote } from '../text/quote.js';
import { repeatedKey } from './repeated-key.js';

/** A tensor as plain data. */
export interface StoredTensor {
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  /** In row-major order. */
  readonly values: StoredValues;
}

/** The content of a file that {@link decodeSafetensors} reads. */
export interface Safetensors {
  /** In the order in which their values stand in the file. */
  tensors: Map<string, StoredTensor>;
  /** Text under names; an object without a prototype, so that no name of a file means anything to JavaScript. */
  metadata: Record<string, string>;
}

/** The limit of the reference implementation, beyond which it reads no file. */
const maxHeaderBytes = 100_000_000;

/** The limit of NumPy and PyTorch; it keeps an error message about a shape short, too. */
const maxRank = 64;

const metadataKey = '__metadata__';

/** The order in which values stand in a file: those that need the widest alignment first. */
const written: readonly StoredDtype[] = ['F32', 'I32', 'U8', 'BOOL'];

/**
 * The bytes of a safetensors file, which PyTorch, NumPy and many other programs read; byte for byte those that the reference
 * implementation would write.
 *
 * **Numerics**: values keep their bits, those of NaN included.
 *
 * Source: the safetensors format, https://huggingface.co/docs/safetensors.
 *
 * @param tensors by name; any name but `__metadata__`
 * @param metadata text under names, stored with the tensors
 * @throws Error if a tensor's values do not fit its shape or dtype, or if the header would exceed the format's 100 MB
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from '@pushforward/io';
 *
 * const weight = { dtype: 'F32', shape: [2, 1], values: new Float32Array([0.5, -1]) } as const;
 * const bytes = encodeSafetensors(new Map([['weight', weight]]), { trainedOn: 'digits' });
 * const { tensors, metadata } = decodeSafetensors(bytes);
 * console.log(tensors.get('weight')!.shape, metadata.trainedOn); // [ 2, 1 ] digits
 * ```
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const entries = [...tensors].toSorted(
    ([nameA, a], [nameB, b]) => written.indexOf(a.dtype) - written.indexOf(b.dtype) || (nameA < nameB ? -1 : 1),
  );
  // Put together by hand: an object would move names that look like numbers to the front.
  const members: string[] = [];
  if (metadata) {
    for (const [name, text] of Object.entries(metadata)) {
      if (typeof text !== 'string')
        throw new Error(`encodeSafetensors: metadata must be text, got ${typeof text} as ${quote(name)}`);
    }
    members.push(`"${metadataKey}":${JSON.stringify(metadata)}`);
  }
  let dataBytes = 0;
  for (const [name, { dtype, shape, values }] of entries) {
    const end = dataBytes + values.byteLength;
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [dataBytes, end] })}`);
    dataBytes = end;
  }
  const header = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  if (headerBytes > maxHeaderBytes) {
    throw new Error(`encodeSafetensors: names and metadata must fit ${maxHeaderBytes} bytes, got ${headerBytes}`);
  }

  const bytes = new Uint8Array(8 + headerBytes + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes);
  bytes.set(header, 8);
  let offset = 8 + headerBytes;
  for (const [, { values }] of entries) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return bytes;
}

function checkTensor(name: string, { dtype, shape, values }: StoredTensor): void {
  const caller = `encodeSafetensors: ${quote(name)}`;
  if (name === metadataKey) throw new Error(`${caller} must be another name, the format keeps this one for itself`);
  if (!written.includes(dtype))
    throw new Error(`${caller} must have a dtype of ${written.join(', ')}, got ${quote(String(dtype))}`);
  const Values = dtype === 'F32' ? Float32Array : dtype === 'I32' ? Int32Array : Uint8Array;
  if (!(values instanceof Values))
    throw new Error(`${caller} must have its ${dtype} values in a ${Values.name}, got another array`);
  if (elementCount(shape) !== values.length) {
    throw new Error(`${caller} must have as many values as its shape ${formatShape(shape)}, got ${values.length}`);
  }
}

/** The number of elements of a shape, or null if it is none that a file can hold. */
function elementCount(shape: unknown): number | null {
  if (!Array.isArray(shape) || shape.length > maxRank) return null;
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return null;
    count *= size;
    if (!Number.isSafeInteger(count)) return null;
  }
  return count;
}

/**
 * Reads the bytes of a safetensors file, from {@link encodeSafetensors} or any other program. Nothing of the file is trusted:
 * names, shapes and positions are checked against its length before anything is allocated for them.
 *
 * **Numerics**: F32, I32, U8 and BOOL values keep their bits. F16 and BF16 become F32 exactly; F64 becomes F32, rounded to nearest
 * and infinite beyond its range; I64 becomes I32.
 *
 * Source: the safetensors format, https://huggingface.co/docs/safetensors.
 *
 * @returns tensors that share no memory with `bytes`
 * @throws Error, in one line that says what is wrong, if the bytes are truncated, have something behind the last tensor or
 * between two, two tensors in one place, a name twice, an unknown dtype, an I64 that does not fit, or are no such file at all
 *
 * @example
 * ```ts
 * import { decodeSafetensors } from '@pushforward/io';
 *
 * const header = '{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}   ';
 * const bytes = new Uint8Array([header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 7, 9]);
 * console.log(decodeSafetensors(bytes).tensors.get('x')!.values.join()); // 7,9
 * ```
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  return readSafetensors('decodeSafetensors: bytes', bytes);
}

/**
 * {@link decodeSafetensors} for a caller of another name.
 *
 * @param source what error messages call the bytes, as `loadModule: model/weights.safetensors`
 */
export function readSafetensors(source: string, bytes: Uint8Array): Safetensors {
  const { header, dataStart } = readHeader(source, bytes);
  const metadata: Record<string, string> = Object.create(null);
  const places: Place[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== metadataKey) places.push(readPlace(source, name, value, bytes.length - dataStart));
    else for (const [key, text] of readMetadata(source, value)) metadata[key] = text;
  }
  checkPlaces(source, places, bytes.length - dataStart);

  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of places) {
    const elements = elementTypes.get(dtype)!;
    // A copy, so that the values are aligned and the caller's alone; `slice` of a Node Buffer would not copy.
    const copy = new Uint8Array(end - begin);
    copy.set(bytes.subarray(dataStart + begin, dataStart + end));
    try {
      tensors.set(name, { dtype: elements.dtype, shape, values: elements.read(copy.buffer) });
    } catch (error) {
      throw new Error(`${source}: ${quote(name)}: ${(error as Error).message}`, { cause: error });
    }
  }
  return { tensors, metadata };
}

/** The range of a tensor's values, in bytes from the start of the data. */
interface Place {
  name: string;
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

function readHeader(source: string, bytes: Uint8Array): { header: object; dataStart: number } {
  if (bytes.length < 8)
    throw new Error(`${source} is truncated: a safetensors file has at least 8 bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > maxHeaderBytes) {
    throw new Error(
      `${source} must be a safetensors file with a header of at most ${maxHeaderBytes} bytes, got ${length}`,
    );
  }
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length) {
    throw new Error(`${source} is truncated: its header has ${length} bytes, got ${bytes.length - 8}`);
  }
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, dataStart));
    header = JSON.parse(text);
  } catch (error) {
    throw new Error(`${source}: header must be JSON in UTF-8`, { cause: error });
  }
  if (!isObject(header) || text[0] !== '{')
    throw new Error(`${source}: header must be a JSON object from its first byte on`);
  const repeated = repeatedKey(text);
  if (repeated !== null) throw new Error(`${source}: header must name everything once, got ${quote(repeated)} twice`);
  return { header, dataStart };
}

function readMetadata(source: string, value: unknown): [string, string][] {
  if (!isObject(value)) throw new Error(`${source}: ${metadataKey} must be an object of texts`);
  return Object.entries(value).map(([key, text]) => {
    if (typeof text !== 'string')
      throw new Error(`${source}: ${metadataKey} must be an object of texts, got ${typeof text} as ${quote(key)}`);
    return [key, text];
  });
}

function readPlace(source: string, name: string, value: unknown, dataBytes: number): Place {
  const tensor = `${source}: ${quote(name)}`;
  if (!isObject(value)) throw new Error(`${tensor} must be an object of dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !elementTypes.has(dtype)) {
    throw new Error(
      `${tensor} must have a dtype of ${[...elementTypes.keys()].join(', ')}, got ${typeof dtype === 'string' ? quote(dtype) : 'no text'}`,
    );
  }
  const count = elementCount(shape);
  if (count === null)
    throw new Error(`${tensor} must have a shape of at most ${maxRank} sizes whose product is below 2^53`);
  if (
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0)
  ) {
    throw new Error(`${tensor} must have data_offsets of two positions`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw new Error(`${tensor} must not end before it begins, got data_offsets [${begin}, ${end}]`);
  if (end > dataBytes)
    throw new Error(`${source} is truncated: ${quote(name)} ends at byte ${end} of the data, got ${dataBytes}`);
  const size = count * elementTypes.get(dtype)!.size;
  if (end - begin !== size) {
    throw new Error(
      `${tensor} must have ${size} bytes for ${dtype} ${formatShape(shape as number[])}, got ${end - begin}`,
    );
  }
  return { name, dtype, shape: shape as number[], begin, end };
}

/** Sorts the places, and throws unless they cover the data, each byte once. */
function checkPlaces(source: string, places: Place[], dataBytes: number): void {
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const place of places) {
    if (place.begin !== end) {
      throw new Error(
        `${source}: ${quote(place.name)} must begin where the tensor before it ends, at ${end}, got ${place.begin}`,
      );
    }
    end = place.end;
  }
  if (end !== dataBytes)
    throw new Error(`${source} must end with the last tensor, got ${dataBytes - end} bytes behind it`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
