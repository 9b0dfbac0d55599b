import { describe, expect, test } from 'vitest';
import { declareMemory } from './memory-type.js';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** Exports its own memory of 1 page, at most 2, as "m". */
const own = Uint8Array.from([...HEADER, 5, 4, 1, 1, 1, 2, 7, 5, 1, 1, 0x6d, 2, 0]);
/** Imports a function, a table, a global and a memory of at most 2 pages, all from "e". */
const imported = Uint8Array.from(
  [
    HEADER,
    [1, 4, 1, 0x60, 0, 0],
    [2, 30, 4],
    [1, 0x65, 1, 0x66, 0, 0],
    [1, 0x65, 1, 0x74, 1, 0x70, 0, 0],
    [1, 0x65, 1, 0x67, 3, 0x7f, 0],
    [1, 0x65, 1, 0x6d, 2, 1, 1, 2],
  ].flat(),
);

describe('declareMemory', () => {
  test('makes the memory of a module shared, and not shared again', async () => {
    const { instance } = await WebAssembly.instantiate(declareMemory(own, true));
    const { buffer } = instance.exports.m as WebAssembly.Memory;
    expect(Object.prototype.toString.call(buffer)).toBe('[object SharedArrayBuffer]');
    expect(declareMemory(declareMemory(own, true), false)).toEqual(own);
  });

  test.each([true, false])('finds a memory among other imports, shared: %s', async (shared) => {
    const e = {
      f: () => {},
      t: new WebAssembly.Table({ initial: 0, element: 'anyfunc' }),
      g: 1,
      m: new WebAssembly.Memory({ initial: 1, maximum: 2, shared }),
    };
    const module = await WebAssembly.compile(declareMemory(imported, shared));
    await expect(WebAssembly.instantiate(module, { e })).resolves.toBeDefined();
    const other = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: !shared });
    await expect(WebAssembly.instantiate(module, { e: { ...e, m: other } })).rejects.toThrow();
  });

  test('leaves its argument as it was, and refuses one without a memory', () => {
    const before = Uint8Array.from(own);
    declareMemory(own, true);
    expect(own).toEqual(before);
    expect(() => declareMemory(Uint8Array.from(HEADER), true)).toThrow(
      'declareMemory: binary must declare a memory with a maximum, got none',
    );
  });
});
