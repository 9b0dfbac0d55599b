/** The element types that are written, as a safetensors file names them. */
export type StoredDtype = 'F32' | 'I32' | 'U8' | 'BOOL';

/** The values of a tensor: `Float32Array` for F32, `Int32Array` for I32, `Uint8Array` for U8 and BOOL. */
export type StoredValues = Float32Array | Int32Array | Uint8Array;

interface ElementType {
  /** Bytes per element in the file. */
  readonly size: number;
  /** The type of the elements once read. */
  readonly dtype: StoredDtype;
  /** The buffer's values; it is not used otherwise. Every platform of TensorFlow.js is little-endian, as the file is. */
  read(buffer: ArrayBuffer): StoredValues;
}

/**
 * The element types that are read, by their names in the file. What TensorFlow.js lacks comes out as its nearest: the other
 * floating-point types as F32, I64 as I32.
 */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['F32', { size: 4, dtype: 'F32', read: (buffer) => new Float32Array(buffer) }],
  ['I32', { size: 4, dtype: 'I32', read: (buffer) => new Int32Array(buffer) }],
  ['U8', { size: 1, dtype: 'U8', read: (buffer) => new Uint8Array(buffer) }],
  ['BOOL', { size: 1, dtype: 'BOOL', read: (buffer) => new Uint8Array(buffer) }],
  ['F64', { size: 8, dtype: 'F32', read: (buffer) => new Float32Array(new Float64Array(buffer)) }],
  ['F16', { size: 2, dtype: 'F32', read: (buffer) => fromHalf(new Uint16Array(buffer)) }],
  // A bfloat16 is the upper half of a float32.
  [
    'BF16',
    {
      size: 2,
      dtype: 'F32',
      read: (buffer) => fromWords(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16)),
    },
  ],
  ['I64', { size: 8, dtype: 'I32', read: (buffer) => fromLong(new BigInt64Array(buffer)) }],
]);

function fromWords(words: Uint32Array<ArrayBuffer>): Float32Array {
  return new Float32Array(words.buffer);
}

/** IEEE 754 binary16, worked on as bits so that the payload of a NaN survives. */
function fromHalf(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  const floats = fromWords(words);
  for (let i = 0; i < halves.length; i++) {
    const exponent = halves[i] & 0x7c00;
    const fraction = halves[i] & 0x3ff;
    // Its subnormals are normal numbers in float32; the other exponents move by the difference of the biases, 127 − 15.
    if (exponent === 0) floats[i] = fraction * 2 ** -24;
    else if (exponent === 0x7c00) words[i] = 0x7f800000 | (fraction << 13);
    else words[i] = ((exponent << 13) + (112 << 23)) | (fraction << 13);
    words[i] |= (halves[i] & 0x8000) << 16;
  }
  return floats;
}

function fromLong(longs: BigInt64Array): Int32Array {
  const values = new Int32Array(longs.length);
  for (let i = 0; i < longs.length; i++) {
    values[i] = Number(longs[i]);
    if (BigInt(values[i]) !== longs[i]) throw new RangeError(`values must fit 32 bits, got ${longs[i]} at ${i}`);
  }
  return values;
}
