import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors.js';

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const bitsOf = (values: { buffer: ArrayBufferLike; byteOffset: number; length: number }) =>
  [...new Uint32Array(values.buffer, values.byteOffset, values.length)].map((word) => word.toString(16));
const u8 = (...values: number[]): StoredTensor => ({
  dtype: 'U8',
  shape: [values.length],
  values: new Uint8Array(values),
});

/** A file with this header and this much data. */
function file(header: string | object, dataBytes = 0, statedLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, statedLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

// Written by Python's safetensors 0.8.0 with numpy 2.4.6, from
//   {'layers.0.weight': float32 [[1.5, -0., inf], [1e-45, nan, -3.25]], 'order': int32 [2, -1], 'mask': [True, False, True],
//    'bytes': uint8 [0, 255], 'scalar': float32 0.1, 'empty': float32 (0, 4)}
const fromPython =
  'mAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoibmHDr3ZlIFwieFwiXG4ifSwiZW1wdHkiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzAsNF0sImRhdGFfb2Zmc2V0cyI6WzAs' +
  'MF19LCJsYXllcnMuMC53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzAsMjRdfSwic2NhbGFyIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUi' +
  'OltdLCJkYXRhX29mZnNldHMiOlsyNCwyOF19LCJvcmRlciI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzI4LDM2XX0sImJ5dGVzIjp7ImR0eXBlIjoi' +
  'VTgiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlszNiwzOF19LCJtYXNrIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzM4LDQxXX19ICAAAMA/' +
  'AAAAgAAAgH8BAAAAAADAfwAAUMDNzMw9AgAAAP////8A/wEAAQ==';
const tensors = new Map<string, StoredTensor>([
  [
    'layers.0.weight',
    { dtype: 'F32', shape: [2, 3], values: new Float32Array([1.5, -0, Infinity, 1e-45, NaN, -3.25]) },
  ],
  ['order', { dtype: 'I32', shape: [2], values: new Int32Array([2, -1]) }],
  ['mask', { dtype: 'BOOL', shape: [3], values: new Uint8Array([1, 0, 1]) }],
  ['bytes', u8(0, 255)],
  ['scalar', { dtype: 'F32', shape: [], values: new Float32Array([0.1]) }],
  ['empty', { dtype: 'F32', shape: [0, 4], values: new Float32Array(0) }],
]);
const metadata = { note: 'naïve "x"\n' };

describe('the files of the Python package', () => {
  test('are read', () => {
    const decoded = decodeSafetensors(fromBase64(fromPython));
    expect(decoded.metadata).toEqual(metadata);
    expect([...decoded.tensors.keys()]).toEqual(['empty', 'layers.0.weight', 'scalar', 'order', 'bytes', 'mask']);
    for (const [name, tensor] of tensors) expect(decoded.tensors.get(name)).toEqual(tensor);
    expect(bitsOf(decoded.tensors.get('layers.0.weight')!.values)).toEqual([
      '3fc00000',
      '80000000',
      '7f800000',
      '1',
      '7fc00000',
      'c0500000',
    ]);
  });

  test('are written, byte for byte', () => {
    expect(encodeSafetensors(tensors, metadata)).toEqual(fromBase64(fromPython));
    expect(encodeSafetensors(new Map())).toEqual(fromBase64('CAAAAAAAAAB7fSAgICAgIA=='));
  });

  test('are read from any position in a buffer, without sharing it', () => {
    const bytes = fromBase64(fromPython);
    const moved = new Uint8Array(bytes.length + 9).subarray(3, 3 + bytes.length);
    moved.set(bytes);
    const decoded = decodeSafetensors(moved);
    moved.fill(7);
    expect(decoded.tensors.get('order')!.values).toEqual(new Int32Array([2, -1]));
  });

  test('may name an empty tensor behind the one that begins in the same place', () => {
    const bytes = file(
      { x: { dtype: 'U8', shape: [2], data_offsets: [0, 2] }, y: { dtype: 'U8', shape: [0], data_offsets: [0, 0] } },
      2,
    );
    expect([...decodeSafetensors(bytes).tensors.keys()]).toEqual(['y', 'x']);
  });

  // {'i64': int64, 'f64': [0.1, -1e300, 5e-324, -0.], 'f16': the bit patterns below}; the expected bits are numpy's astype(float32).
  test('with F64, F16 and I64 are read as what TensorFlow.js has', () => {
    const { tensors } = decodeSafetensors(
      fromBase64(
        'sAAAAAAAAAB7Imk2NCI6eyJkdHlwZSI6Ikk2NCIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzAsMjRdfSwiZjY0Ijp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOls0XSwiZGF0YV9v' +
          'ZmZzZXRzIjpbMjQsNTZdfSwiZjE2Ijp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOlsxMl0sImRhdGFfb2Zmc2V0cyI6WzU2LDgwXX19ICAgIP///38AAAAAAAAAgP////8HAAAAAAAAAJqZ' +
          'mZmZmbk/nHUAiDzkN/4BAAAAAAAAAAAAAAAAAACAAAAAgAEA/4MABAA8AMX/ewB8APwBflU1',
      ),
    );
    expect(tensors.get('i64')).toEqual({
      dtype: 'I32',
      shape: [3],
      values: new Int32Array([2 ** 31 - 1, -(2 ** 31), 7]),
    });
    expect(tensors.get('f64')).toMatchObject({ dtype: 'F32', shape: [4] });
    expect(bitsOf(tensors.get('f64')!.values)).toEqual(['3dcccccd', 'ff800000', '0', '80000000']);
    // 0, −0, the smallest and the largest subnormal, the smallest normal, 1, −5, 65504, ±∞, a NaN with a payload, 0.333
    expect(bitsOf(tensors.get('f16')!.values)).toEqual([
      '0',
      '80000000',
      '33800000',
      'b87fc000',
      '38800000',
      '3f800000',
      'c0a00000',
      '477fe000',
      '7f800000',
      'ff800000',
      '7fc02000',
      '3eaaa000',
    ]);
  });

  test('with BF16 are read as F32', () => {
    const { tensors } = decodeSafetensors(
      fromBase64('OAAAAAAAAAB7ImJmIjp7ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpbNF0sImRhdGFfb2Zmc2V0cyI6WzAsOF19fYA/AIDBf3//'),
    );
    expect(bitsOf(tensors.get('bf')!.values)).toEqual(['3f800000', '80000000', '7fc10000', 'ff7f0000']);
  });
});

describe('a round trip', () => {
  test('keeps every bit of every value', () => {
    const words = new Uint32Array([0x7f800001, 0xffc12345, 0x7fffffff, 0x80000000, 0x00000001, 0x807fffff, 0xff800000]);
    const { tensors } = decodeSafetensors(
      encodeSafetensors(new Map([['x', { dtype: 'F32', shape: [7], values: new Float32Array(words.buffer) }]])),
    );
    expect(bitsOf(tensors.get('x')!.values)).toEqual(bitsOf(words));
  });

  test('writes a view on a larger buffer as the view only', () => {
    const values = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    const { tensors } = decodeSafetensors(encodeSafetensors(new Map([['x', { dtype: 'F32', shape: [2], values }]])));
    expect(tensors.get('x')!.values).toEqual(new Float32Array([2, 3]));
  });

  test('treats no name specially', () => {
    const names = ['__proto__', 'constructor', 'toString', '1', '0', '', '"', '\\', '\ud800', '😀', 'a.b/c'];
    const texts: Record<string, string> = Object.create(null);
    for (const name of names) texts[name] = name;
    const decoded = decodeSafetensors(encodeSafetensors(new Map(names.map((name, i) => [name, u8(i)])), texts));
    for (const [i, name] of names.entries()) {
      expect(decoded.tensors.get(name)).toEqual(u8(i));
      expect(decoded.metadata[name]).toBe(name);
    }
    expect(decoded.tensors.size).toBe(names.length);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
    expect(Object.getPrototypeOf(decoded.metadata)).toBeNull();
  });

  test('holds for any tensors', () => {
    const bytes = fc.uint8Array({ maxLength: 6 });
    const tensor: fc.Arbitrary<StoredTensor> = fc.oneof(
      bytes.map((values) => ({ dtype: 'BOOL' as const, shape: [values.length, 1], values })),
      fc.int32Array({ maxLength: 6 }).map((values) => ({ dtype: 'I32' as const, shape: [1, values.length], values })),
      fc.float32Array({ maxLength: 6 }).map((values) => ({ dtype: 'F32' as const, shape: [values.length], values })),
    );
    const entries = fc.dictionary(fc.string({ unit: 'binary' }), tensor);
    fc.assert(
      fc.property(
        entries,
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        (entries, texts) => {
          const decoded = decodeSafetensors(encodeSafetensors(new Map(Object.entries(entries)), texts));
          expect(new Map(decoded.tensors)).toEqual(new Map(Object.entries(entries)));
          expect(Object.entries(decoded.metadata)).toEqual(Object.entries(texts));
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });
});

const x = (dtype: unknown, shape: unknown, begin: unknown, end: unknown) => ({
  x: { dtype, shape, data_offsets: [begin, end] },
});

describe('what is refused', () => {
  const y = { y: { dtype: 'U8', shape: [2], data_offsets: [2, 4] } };
  test.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(), ' is truncated: a safetensors file has at least 8 bytes, got 0'],
    ['a header that is not there', file('{}', 0, 9n), ' is truncated: its header has 9 bytes, got 2'],
    [
      'a header of 100 MB and a byte',
      file('{}', 0, 100_000_001n),
      ' must be a safetensors file with a header of at most 100000000 bytes, got 100000001',
    ],
    [
      'another file',
      fromBase64('UEsDBBQAAAAIAAAAIQA='),
      ' must be a safetensors file with a header of at most 100000000 bytes, got 85966670672',
    ],
    [
      'a length of all ones',
      file('{}', 0, 2n ** 64n - 1n),
      ' must be a safetensors file with a header of at most 100000000 bytes, got 18446744073709551615',
    ],
    ['no JSON', file('{"x":'), ': header must be JSON in UTF-8'],
    ['no header', file(''), ': header must be JSON in UTF-8'],
    ['no UTF-8', new Uint8Array([4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x7d]), ': header must be JSON in UTF-8'],
    ['JSON of another kind', file('[]'), ': header must be a JSON object from its first byte on'],
    ['null', file('null'), ': header must be a JSON object from its first byte on'],
    ['space before the header', file(' {}'), ': header must be a JSON object from its first byte on'],
    [
      'a name twice',
      file(
        '{"\\u0078":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"x" : {"dtype":"U8","shape":[],"data_offsets":[0,1]}}',
        1,
      ),
      ": header must name everything once, got 'x' twice",
    ],
    [
      'a property twice',
      file('{"x":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}', 1),
      ": header must name everything once, got 'shape' twice",
    ],
    ['metadata that is no object', file({ __metadata__: ['a'] }), ': __metadata__ must be an object of texts'],
    [
      'metadata that is no text',
      file({ __metadata__: { a: 1 } }),
      ": __metadata__ must be an object of texts, got number as 'a'",
    ],
    ['a tensor that is no object', file({ x: 3 }), ": 'x' must be an object of dtype, shape and data_offsets"],
    [
      'an unknown dtype',
      file(x('F8_E4M3', [1], 0, 1), 1),
      ": 'x' must have a dtype of F32, I32, U8, BOOL, F64, F16, BF16, I64, got 'F8_E4M3'",
    ],
    [
      'a dtype that objects have',
      file(x('constructor', [1], 0, 1), 1),
      ": 'x' must have a dtype of F32, I32, U8, BOOL, F64, F16, BF16, I64, got 'constructor'",
    ],
    [
      'a dtype that is no text',
      file(x({ toString: 1 }, [1], 0, 1), 1),
      ": 'x' must have a dtype of F32, I32, U8, BOOL, F64, F16, BF16, I64, got no text",
    ],
    [
      'a shape that overflows',
      file(x('F32', [2 ** 40, 2 ** 40], 0, 0)),
      ": 'x' must have a shape of at most 64 sizes whose product is below 2^53",
    ],
    [
      'a shape that overflows before a zero',
      file(x('F32', [2 ** 40, 2 ** 40, 0], 0, 0)),
      ": 'x' must have a shape of at most 64 sizes whose product is below 2^53",
    ],
    [
      'a negative size',
      file(x('F32', [-1, -1], 0, 4), 4),
      ": 'x' must have a shape of at most 64 sizes whose product is below 2^53",
    ],
    [
      'a size that is no number',
      file(x('F32', ['1'], 0, 4), 4),
      ": 'x' must have a shape of at most 64 sizes whose product is below 2^53",
    ],
    [
      'a shape that is none',
      file(x('F32', { length: 0 }, 0, 4), 4),
      ": 'x' must have a shape of at most 64 sizes whose product is below 2^53",
    ],
    [
      'too many sizes',
      file(x('U8', Array(65).fill(1), 0, 1), 1),
      ": 'x' must have a shape of at most 64 sizes whose product is below 2^53",
    ],
    ['a wrong number of bytes', file(x('F32', [2], 0, 4), 4), ": 'x' must have 8 bytes for F32 [2], got 4"],
    [
      'a shape far beyond the file',
      file(x('U8', [2 ** 50], 0, 4), 4),
      ": 'x' must have 1125899906842624 bytes for U8 [1125899906842624], got 4",
    ],
    [
      'one position',
      file({ x: { dtype: 'U8', shape: [], data_offsets: [1] } }, 1),
      ": 'x' must have data_offsets of two positions",
    ],
    ['a negative position', file(x('U8', [2], -1, 1), 1), ": 'x' must have data_offsets of two positions"],
    ['half a position', file(x('U8', [1], 0.5, 1.5), 2), ": 'x' must have data_offsets of two positions"],
    [
      'positions in the wrong order',
      file(x('U8', [1], 1, 0), 1),
      ": 'x' must not end before it begins, got data_offsets [1, 0]",
    ],
    ['data that is not there', file(x('U8', [5], 0, 5), 4), " is truncated: 'x' ends at byte 5 of the data, got 4"],
    [
      'bytes behind the last tensor',
      file(x('U8', [3], 0, 3), 5),
      ' must end with the last tensor, got 2 bytes behind it',
    ],
    ['bytes and no tensor', file({}, 5), ' must end with the last tensor, got 5 bytes behind it'],
    [
      'a gap',
      file({ ...x('U8', [1], 0, 1), ...y }, 4),
      ": 'y' must begin where the tensor before it ends, at 1, got 2",
    ],
    [
      'an overlap',
      file({ ...x('U8', [3], 0, 3), ...y }, 4),
      ": 'y' must begin where the tensor before it ends, at 3, got 2",
    ],
    [
      'two tensors in one place',
      file({ ...x('U8', [2], 2, 4), ...y, z: { dtype: 'U8', shape: [2], data_offsets: [0, 2] } }, 4),
      ": 'y' must begin where the tensor before it ends, at 4, got 2",
    ],
    ['data that does not begin at once', file(y, 4), ": 'y' must begin where the tensor before it ends, at 0, got 2"],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(new Error(`decodeSafetensors: bytes${message}`));
  });

  test('a name of any length, in one short line', () => {
    expect(() => decodeSafetensors(file({ ['\n'.repeat(1000)]: 3 }))).toThrow(
      new Error(`decodeSafetensors: bytes: '${'\\n'.repeat(80)}…' must be an object of dtype, shape and data_offsets`),
    );
  });

  test('an I64 beyond 32 bits', () => {
    const bytes = file(x('I64', [2], 0, 16), 16);
    new DataView(bytes.buffer).setBigInt64(bytes.length - 8, 2n ** 31n, true);
    expect(() => decodeSafetensors(bytes)).toThrow(
      new Error("decodeSafetensors: bytes: 'x': values must fit 32 bits, got 2147483648 at 1"),
    );
  });

  test('every way of cutting a file short', () => {
    const bytes = fromBase64(fromPython);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length))).toThrow('decodeSafetensors: bytes is truncated: ');
    }
  });

  test('no mutated file gets past with another error, or another size of values', () => {
    const whole = fromBase64(fromPython);
    const edit = fc.record({
      at: fc.nat(whole.length - 1),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const bytes = [...whole];
        for (const { at, remove, insert } of edits) bytes.splice(at, remove, ...insert);
        try {
          for (const { shape, values } of decodeSafetensors(new Uint8Array(bytes)).tensors.values()) {
            expect(values.length).toBe(shape.reduce((count, size) => count * size, 1));
          }
        } catch (error) {
          refused++;
          expect((error as Error).message).toMatch(/^decodeSafetensors: bytes(:| is| must) [^\n]+$/);
        }
      }),
      { seed: 2, numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  test('a header of any JSON', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record({ dtype: fc.constantFrom('F32', 'U8'), shape: fc.jsonValue(), data_offsets: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { minKeys: 1 }), (header) => {
        expect(() => decodeSafetensors(file(header, 3))).toThrow(/^decodeSafetensors: bytes(:| is| must) [^\n]+$/);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('encodeSafetensors refuses', () => {
  test.each<[string, string, unknown, string]>([
    [
      'values that do not fit the shape',
      'x',
      { ...u8(1, 2), shape: [3] },
      "'x' must have as many values as its shape [3], got 2",
    ],
    [
      'a fractional shape',
      'x',
      { ...u8(1), shape: [0.5, 2] },
      "'x' must have as many values as its shape [0.5, 2], got 1",
    ],
    [
      'another array',
      'x',
      { dtype: 'F32', shape: [1], values: new Float64Array(1) },
      "'x' must have its F32 values in a Float32Array, got another array",
    ],
    [
      'another dtype',
      'x\n',
      { dtype: 'F16', shape: [1], values: new Uint8Array(1) },
      "'x\\n' must have a dtype of F32, I32, U8, BOOL, got 'F16'",
    ],
    [
      'the reserved name',
      '__metadata__',
      u8(1),
      "'__metadata__' must be another name, the format keeps this one for itself",
    ],
  ])('%s', (_, name, tensor, message) => {
    expect(() => encodeSafetensors(new Map([[name, tensor as StoredTensor]]))).toThrow(
      new Error(`encodeSafetensors: ${message}`),
    );
  });

  test('metadata that is no text', () => {
    expect(() => encodeSafetensors(new Map(), { a: 1 as unknown as string })).toThrow(
      new Error("encodeSafetensors: metadata must be text, got number as 'a'"),
    );
  });

  test('a header that nobody would read', () => {
    expect(() => encodeSafetensors(new Map(), { a: 'x'.repeat(100_000_000) })).toThrow(
      new Error('encodeSafetensors: names and metadata must fit 100000000 bytes, got 100000032'),
    );
  });
});
