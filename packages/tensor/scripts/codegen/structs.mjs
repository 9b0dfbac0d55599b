import { compile } from './compile.mjs';
import { readDeclarations } from './declarations.mjs';
import { lowerFirst } from './names.mjs';

const SHARED = 'assembly/shared.ts';
const VIEWS = { i32: 'int32', usize: 'int32', f32: 'float32', f64: 'float64' };
const BYTES = { int32: 4, float32: 4, float64: 8 };

/**
 * The module by which TypeScript knows the structures, constants and enums of {@link SHARED}. Names and types come from the parser of
 * AssemblyScript, offsets and values from its compiler: they are what the code that reads them is compiled with.
 */
export async function structsModule(directory) {
  const { structs, constants, enums } = await readDeclarations(directory, SHARED);
  const all = [...structs, ...constants, ...enums];
  const values = await evaluate(directory, [
    ...all.map(({ name, path }) => `import { ${name} } from './${path.slice(0, -3)}';`),
    ...structs.flatMap(({ name }) => [
      `export const ${name}$: usize = offsetof<${name}>();`,
      ...fieldsOf(structs, name).map(
        (field) => `export const ${name}$${field.name}: usize = offsetof<${name}>('${field.name}');`,
      ),
    ]),
    ...constants.map(({ name }) => `export const ${name}$: i32 = <i32>${name};`),
    ...enums.flatMap(({ name, members }) =>
      members.map((member) => `export const ${name}$${member}: i32 = ${name}.${member};`),
    ),
  ]);
  return [
    `// Written by scripts/codegen.mjs from ${SHARED}.`,
    "import type { MemoryViews } from './memory-views.js';",
    ...constants.map(({ name }) => `export const ${name} = ${values(name, '')};`),
    ...enums.map(
      ({ name, path, members }) =>
        `/** \`${name}\` in \`${path}\`. */\nexport const ${name} = {\n${members.map((member) => `  ${lowerFirst(member)}: ${values(name, member)},\n`).join('')}} as const;`,
    ),
    wgslModule(constants, enums, values),
    ...structs.map((struct) => structModule(struct, values)),
    '',
  ].join('\n\n');
}

/** A structure that extends another is handed the other's fields apart: to copy them into one object takes longer than to write them. */
function structModule({ name, path, base, fields }, values) {
  const own = fields.filter(({ isInternal }) => !isInternal);
  const stores = own.map((field) => {
    const view = VIEWS[field.type];
    return {
      view,
      text: `    ${view}[${view}Start + ${values(name, field.name) / BYTES[view]}] = fields.${field.name};\n`,
    };
  });
  const views = [...new Set(stores.map(({ view }) => view))];
  return `/** Fields of \`${name}\` in \`${path}\` that the kernels are given. */
export interface ${name}Fields {
${own.map((field) => `  readonly ${field.name}: number;\n`).join('')}}

export const ${name}Struct = {
  bytes: ${values(name, '')},
  write(memory: MemoryViews, address: number, ${base ? `of${base}: ${base}Fields, ` : ''}fields: ${name}Fields): void {
${base ? `    ${base}Struct.write(memory, address, of${base});\n` : ''}    const { ${views.join(', ')} } = memory;
${views.map((view) => `    const ${view}Start = address / ${BYTES[view]};\n`).join('')}${stores.map(({ text }) => text).join('')}  },
};`;
}

/** All fields of a structure, those of the one that it extends first. */
function fieldsOf(structs, name) {
  const { base, fields } = structs.find((struct) => struct.name === name);
  return [...(base ? fieldsOf(structs, base) : []), ...fields];
}

/** The constants and the members of enums, `Enum_Member`, for shaders. */
function wgslModule(constants, enums, values) {
  const lines = [
    ...constants.map(({ name }) => `const ${name} = ${values(name, '')};\n`),
    ...enums.flatMap(({ name, members }) =>
      members.map((member) => `const ${name}_${member} = ${values(name, member)};\n`),
    ),
  ];
  return `/** The constants and enums above in WGSL. */\nexport const constantsWgsl = \`\n${lines.join('')}\`;`;
}

/** What the compiler makes of exported constants `owner$member`. */
async function evaluate(directory, lines) {
  const binary = await compile(directory, 'evaluated.ts', ['--runtime', 'stub', '--use', 'WIDE=0'], {
    'evaluated.ts': lines.join('\n'),
  });
  const { instance } = await WebAssembly.instantiate(binary, { env: { abort() {}, startThreads() {} } });
  return (owner, member) => instance.exports[`${owner}$${member}`].value;
}
