import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type MemoryViews, memoryViews } from './memory-views.js';
import * as generated from './structs.generated.js';

interface Declarations {
  readonly structs: readonly { name: string; path: string; base?: string; fields: readonly Field[] }[];
  readonly constants: readonly { name: string }[];
  readonly enums: readonly { name: string; members: readonly string[] }[];
}
interface Field {
  readonly name: string;
  readonly type: string;
  readonly isInternal: boolean;
}
interface Struct {
  readonly bytes: number;
  /** Of a structure that extends another, the other's fields come first. */
  write(memory: MemoryViews, address: number, ...fields: Record<string, number>[]): void;
}

const directory = fileURLToPath(new URL('../..', import.meta.url));
const scripts = `${directory}scripts/codegen`;
const { readDeclarations } = await import(`${scripts}/declarations.mjs`);
const { compile } = await import(`${scripts}/compile.mjs`);
const { structs, constants, enums }: Declarations = await readDeclarations(directory, 'assembly/shared.ts');
const members = generated as unknown as Record<string, unknown>;

const fieldsOf = (name: string): Field[] => {
  const { base, fields } = structs.find((struct) => struct.name === name)!;
  return [...(base ? fieldsOf(base) : []), ...fields];
};

describe('structures that are shared with assembly/', async () => {
  const source = structs.flatMap(({ name, path }) => [
    `import { ${name} } from './${path.replace('.ts', '')}';`,
    ...fieldsOf(name).map((field) => {
      const value = `changetype<${name}>(at).${field.name}`;
      // It may be the address of another structure.
      const number = field.type === 'usize' ? `changetype<usize>(${value})` : value;
      return `export function ${name}$${field.name}(at: usize): f64 { return <f64>${number}; }`;
    }),
  ]);
  const binary = await compile(directory, 'readers.ts', ['--runtime', 'stub', '--use', 'WIDE=0'], {
    'readers.ts': source.join('\n'),
  });
  const { instance } = await WebAssembly.instantiate(binary, { env: { abort() {}, startThreads() {} } });
  const memory = instance.exports.memory as WebAssembly.Memory;
  memory.grow(1);

  test.each(structs.map(({ name }) => name))('%s: a kernel reads each field as it was written', (name) => {
    const fields = fieldsOf(name);
    const written = fields.filter(({ isInternal }) => !isInternal);
    const struct = members[`${name}Struct`] as Struct;
    const address = 4096;
    const views = memoryViews(memory);
    views.int32.fill(-1);
    const given = Object.fromEntries(written.map((field, i) => [field.name, i + 1]));
    const { base } = structs.find((own) => own.name === name)!;
    struct.write(views, address, ...(base ? [given, given] : [given]));
    const read = (field: Field) => (instance.exports[`${name}$${field.name}`] as (at: number) => number)(address);
    expect(written.map(read)).toEqual(written.map((_, i) => i + 1));
    // Nothing is written beyond the structure.
    expect([...views.int32.subarray(0, address / 4)].every((word) => word === -1)).toBe(true);
    expect([...views.int32.subarray((address + struct.bytes) / 4)].every((word) => word === -1)).toBe(true);
  });

  test('every constant and enum is there', () => {
    for (const { name } of constants) expect(members[name]).toBeTypeOf('number');
    for (const { name, members: names } of enums)
      expect(Object.keys(members[name] as object)).toHaveLength(names.length);
  });
});

describe('memoryViews', () => {
  test('see a memory after it has grown', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const views = memoryViews(memory);
    views.float32[3] = 1.5;
    memory.grow(1);
    expect(views.float32[3]).toBe(1.5);
    expect([views.int32, views.float32, views.float64].map(({ byteLength }) => byteLength)).toEqual(
      Array(3).fill(131072),
    );
  });
});
