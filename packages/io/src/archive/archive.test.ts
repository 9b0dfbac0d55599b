import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readArchive, writeArchive } from './archive.js';
import { crc32 } from '../files/crc32.js';

const known = ['a.json', 'b.bin'];
const read = (bytes: Uint8Array) => readArchive('test: bytes', bytes, known);
const entries = { 'a.json': strToU8('{}'), 'b.bin': new Uint8Array([1, 2, 3, 250]) };

/** Where a directory's line for the `index`-th entry starts. */
function directoryLine(bytes: Uint8Array, index: number): number {
  const view = new DataView(bytes.buffer);
  let at = view.getUint32(bytes.length - 6, true);
  for (let i = 0; i < index; i++) at += 46 + view.getUint16(at + 28, true);
  return at;
}

test('the checksum is the published one', () => {
  // The check value of CRC-32/ISO-HDLC.
  expect(crc32(strToU8('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

describe('an archive', () => {
  test('gives back what was put in, always as the same bytes', () => {
    const bytes = writeArchive(entries);
    expect(Object.fromEntries(read(bytes))).toEqual(entries);
    expect(writeArchive(entries)).toEqual(bytes);
  });

  test('of another program is read: compressed, with a comment, anywhere in a buffer', () => {
    // Made by Python's zipfile with compresslevel 9 and the comment 'hi'.
    const fromPython = Uint8Array.from(
      atob(
        'UEsDBBQAAAAIAAAAIQCvig2mCAAAAJABAAAGAAAAYS5qc29uS0wcBYMJAABQSwMEFAAAAAAAAAAhANYkOewEAAAABAAAAAUAAABiLmJpbgECA/pQSwECFAMUAAAACAAAACEAr4oNpggA' +
          'AACQAQAABgAAAAAAAAAAAAAAgAEAAAAAYS5qc29uUEsBAhQDFAAAAAAAAAAhANYkOewEAAAABAAAAAUAAAAAAAAAAAAAAIABLAAAAGIuYmluUEsFBgAAAAACAAIAZwAAAFMAAAACAGhp',
      ),
      (character) => character.charCodeAt(0),
    );
    const buffer = new Uint8Array(fromPython.length + 5);
    buffer.set(fromPython, 3);
    const found = read(buffer.subarray(3, 3 + fromPython.length));
    expect(found.get('b.bin')).toEqual(entries['b.bin']);
    expect(found.get('a.json')).toEqual(strToU8('a'.repeat(400)));
  });
});

describe('what is refused', () => {
  test('no archive, and every way of cutting one short', () => {
    const bytes = writeArchive(entries);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => read(bytes.subarray(0, length))).toThrow(
        new Error('test: bytes must be a zip archive, got another file or a truncated one'),
      );
    }
    expect(() => read(new Uint8Array([...bytes, 0]))).toThrow('must be a zip archive');
  });

  test.each(['../a.json', '/a.json', 'c/a.json', 'a.json/', 'A.JSON', '__proto__', '', 'x\nb'])(
    'an entry named %j',
    (name) => {
      // Put in under a harmless name of the same length: the writer keeps names in an ordinary object.
      const bytes = writeArchive({ ...entries, ['?'.repeat(name.length)]: new Uint8Array(1) });
      bytes.set(strToU8(name), directoryLine(bytes, 2) + 46);
      expect(() => read(bytes)).toThrow(
        new Error(`test: bytes must hold a.json and b.bin only, got '${JSON.stringify(name).slice(1, -1)}'`),
      );
    },
  );

  test('an entry twice', () => {
    const bytes = writeArchive({ 'a.json': new Uint8Array(1), 'b.json': new Uint8Array(1) });
    const line = directoryLine(bytes, 1);
    bytes.set(strToU8('a.json'), line + 46);
    expect(() => read(bytes)).toThrow(new Error('test: bytes must hold a.json once, got it twice'));
  });

  test('what would take too much memory, before it is unpacked', () => {
    const archive = zipSync({ 'b.bin': new Uint8Array(1_000_000) }, { level: 9 });
    const state = (size: number) => new DataView(archive.buffer).setUint32(directoryLine(archive, 0) + 24, size, true);
    state(70_000_000);
    expect(() => read(archive)).toThrow(new Error('test: bytes must unpack to at most 67108864 bytes, got 70000000'));
    // The content is unpacked no further than the directory says.
    state(1000);
    expect(() => read(archive)).toThrow(new Error('test: bytes is damaged: b.bin is not what the directory says'));
  });

  test('another compression method', () => {
    const bytes = writeArchive(entries);
    new DataView(bytes.buffer).setUint16(directoryLine(bytes, 1) + 10, 12, true);
    expect(() => read(bytes)).toThrow(
      new Error('test: bytes must be stored or deflated, got compression method 12 for b.bin'),
    );
  });

  test('a changed bit of the content', () => {
    const bytes = writeArchive(entries);
    bytes[bytes.indexOf(250)] ^= 1;
    expect(() => read(bytes)).toThrow(new Error('test: bytes is damaged: b.bin is not what the directory says'));
  });

  test("a size that is not the content's, packed or not", () => {
    for (const field of [20, 24]) {
      const bytes = writeArchive(entries);
      new DataView(bytes.buffer).setUint32(directoryLine(bytes, 1) + field, 1000, true);
      expect(() => read(bytes)).toThrow(new Error('test: bytes is damaged: b.bin is not what the directory says'));
    }
  });

  test('a directory that goes beyond itself', () => {
    const bytes = writeArchive(entries);
    new DataView(bytes.buffer).setUint16(bytes.length - 12, 0xffff, true);
    expect(() => read(bytes)).toThrow(new Error('test: bytes must have 65535 entries as its directory says, got 2'));
  });

  test('anything else only with an error of its own', () => {
    for (const whole of [writeArchive(entries), zipSync({ 'a.json': strToU8('a'.repeat(400)) }, { level: 9 })]) {
      const edits = fc.array(fc.record({ at: fc.nat(whole.length - 1), value: fc.constantFrom(0, 1, 0x7f, 0xff) }), {
        minLength: 1,
        maxLength: 5,
      });
      fc.assert(
        fc.property(edits, (edits) => {
          const bytes = whole.slice();
          for (const { at, value } of edits) bytes[at] = value;
          try {
            read(bytes);
          } catch (error) {
            expect((error as Error).message).toMatch(/^test: bytes (must|is damaged) ?[^\n]+$/);
          }
        }),
        { seed: 4, numRuns: 300 },
      );
    }
  });
});
